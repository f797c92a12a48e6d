#include "hw/emulator/sis3316/adc_chips.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::size_t chip_id_register = 1;
constexpr std::uint8_t ad9643_id = 0x82;
constexpr std::uint8_t ad9268_id = 0x32;
constexpr std::uint32_t dac_write_input = 0;
constexpr std::uint32_t dac_write_and_update = 2;
constexpr std::uint32_t dac_write_channel = 3;
constexpr std::uint32_t dac_all_channels = 0xF;

}  // namespace

AdcChips::AdcChips(unsigned bits) {
    for (auto& chip : registers_)
        chip[chip_id_register] = bits > 14 ? ad9268_id : ad9643_id;
}

void AdcChips::write_spi(std::uint32_t word) {
    auto& chip = registers_[word >> 22 & 1];
    const std::size_t index = word >> 8 & 0x1FFF;
    const std::uint32_t command = word >> 30;
    if (command == 2 && index < chip.size() && index != chip_id_register)
        chip[index] = static_cast<std::uint8_t>(word);
    if (command == 3) readback_ = index < chip.size() ? chip[index] : 0;
}

void AdcChips::write_dac(std::uint32_t word) {
    if (word >> 29 != 4) return;
    last_dac_ = word & 0x0FFFFFFF;
    const std::uint32_t command = word >> 24 & 0xF;
    if (command != dac_write_input && command != dac_write_and_update && command != dac_write_channel) return;
    const std::uint32_t channel = word >> 20 & 0xF;
    for (std::uint32_t c = 0; c < offsets_.size(); ++c)
        if (channel == c || channel == dac_all_channels) offsets_[c] = static_cast<std::uint16_t>(word >> 4);
}

}  // namespace spillgate::hw::emulator::sis3316
