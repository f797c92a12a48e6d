#include "hw/emulator/sis3316/register_file.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t room_temperature = 120;  // 30 °C in quarters
constexpr std::uint32_t healthy_links = 0x18181818;
constexpr std::uint32_t healthy_status = 0x00130118;
constexpr std::uint32_t healthy_slow_link = 0x00130018;  // the first ten modules
constexpr std::uint32_t last_slow_serial = 10;

bool read_only_vme(Address a) {
    return a == vme::TEMPERATURE || a == vme::SERIAL || (a >= vme::TRANSFER_STATUS && a < vme::LINK_STATUS) ||
           a == vme::ADC_BUSY || a >= vme::TRIGGER_COUNTER;
}

bool read_only_adc(Address offset) {
    return offset >= adc::FIRMWARE && offset <= adc::LATCH_LOW;
}

// Those that key 0x400 leaves: what belongs to other chips than the FPGAs' registers.
bool survives_reset(Address a) {
    return a < vme::CLOCK_MULTIPLIER || a == vme::LINK_STATUS;
}

// Bits that say they are busy, or act once, are never seen set.
std::uint32_t settled(Address a, std::uint32_t value) {
    if (a == vme::EEPROM || a == vme::CLOCK_MULTIPLIER || a == vme::LOOKUP_CONTROL) return value & 0x7FFFFFFF;
    if (a == vme::ACQUISITION) return value & acquisition_writable;
    if (a == vme::NIM_INPUT) return value & nim_writable;
    if (a == vme::LINK_STATUS) return healthy_links;
    return value;
}

}  // namespace

RegisterFile::RegisterFile(std::uint32_t adc_firmware, std::uint32_t serial) {
    vme_[vme::TEMPERATURE / 4] = room_temperature;
    vme_[vme::SERIAL / 4] = serial & 0xFFFF;
    vme_[vme::LINK_STATUS / 4] = healthy_links;
    for (auto& group : adc_) {
        group[adc::FIRMWARE / 4] = adc_firmware;
        group[adc::STATUS / 4] = serial <= last_slow_serial ? healthy_slow_link : healthy_status;
    }
}

bool RegisterFile::exists(Address address) {
    return address % 4 == 0 && (is_vme(address) || is_adc(address));
}

std::uint32_t RegisterFile::read(Address address) const {
    if (is_vme(address)) return vme(address);
    return is_adc(address) ? adc(group_of(address), offset_of(address)) : 0;
}

void RegisterFile::write(Address address, std::uint32_t value) {
    if (is_vme(address) && !read_only_vme(address)) vme_[address / 4] = settled(address, value);
    if (is_adc(address) && !read_only_adc(offset_of(address)))
        adc_[group_of(address)][offset_of(address) / 4] = value;
}

void RegisterFile::reset() {
    for (Address a = link::END; a < vme::END; a += 4)
        if (!read_only_vme(a) && !survives_reset(a)) vme_[a / 4] = 0;
    for (auto& group : adc_)
        for (Address offset = 0; offset < 0x1000; offset += 4)
            if (!read_only_adc(offset)) group[offset / 4] = 0;
}

}  // namespace spillgate::hw::emulator::sis3316
