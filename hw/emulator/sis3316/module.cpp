#include "hw/emulator/sis3316/module.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "hw/emulator/sis3316/datagram.hpp"
#include "hw/pace.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t module_type = 0x3316;
constexpr std::uint32_t hardware_version = 2;
constexpr std::uint32_t jumbo_bit = 0x10;
constexpr std::uint32_t protocol_mask = 0x1FF;
constexpr std::uint32_t reboot_bit = 0x8000;
constexpr std::int64_t speed_test_period_ns = 8;
constexpr std::size_t steps_at_a_time = 1;

std::array<AdcChips, group_count> chips_of(const config::EmulatedSis3316& config) {
    const unsigned bits = config.adc_firmware() >> 16 == 0x0125 ? 16 : 14;
    return {AdcChips(bits), AdcChips(bits), AdcChips(bits), AdcChips(bits)};
}

}  // namespace

Module::Module(const config::EmulatedSis3316& config, std::unique_ptr<DetectorFeed> feed, BankMemory& memory,
               EventLedger& ledger, const config::EmulatedFaults& faults)
    : config_(config),
      memory_(memory),
      registers_(config.adc_firmware(), config.serial()),
      adcs_(chips_of(config)),
      acquisition_(config, std::move(feed), memory, ledger, faults) {
    lost_by_fault_ = faults.lost_grant();
    start_anew();
}

// The sampling side stands back for whoever waits.
Module::Lock Module::lock() {
    waiting_.fetch_add(1);
    Lock held(mutex_);
    waiting_.fetch_sub(1);
    return held;
}

void Module::catch_up() {
    acquisition_.catch_up(acquisition_.feed().tick_now());
}

void Module::start_anew() {
    registers_ = RegisterFile(config_.adc_firmware(), config_.serial());
    clocks_ = {};
    adcs_ = chips_of(config_);
    transfers_ = {};
    host_words_ = {};
    control_ = protocol_ = answers_ = 0;
    own_request_ = own_grant_ = nim_swap_ = false;
    other_request_ = lost_by_fault_;
    acquisition_.power_up(acquisition_.feed().tick_now(), registers_);
}

void Module::power_up() {
    const Lock held = lock();
    start_anew();
}

std::uint32_t Module::read_link(Address address) {
    const Lock held = lock();
    switch (address) {
        case link::CONTROL:
            return control_;
        case link::MODULE_ID:
            return module_type << 16 | (config_.firmware() & 0xFFFF);
        case link::PROTOCOL:
            return protocol_;
        case link::LAST_ACK:
            return answers_;
        case link::ARBITRATION:
            return (own_request_ ? 0x10001u : 0) | (other_request_ ? 1u << 17 : 0) |
                   (own_grant_ ? 1u << 20 : 0) | (other_request_ && !own_grant_ ? 1u << 21 : 0);
        case link::SPEED_TEST:
            return static_cast<std::uint32_t>(steady_ns() / speed_test_period_ns);
        case link::HARDWARE:
            return hardware_version;
        default:
            return 0;  // error counters: nothing ever goes wrong on loopback
    }
}

void Module::write_link(Address address, std::uint32_t value) {
    const Lock held = lock();
    if (address == link::CONTROL) {
        control_ = ((control_ | value) & ~(value >> 16)) & 0xFFFF;
        if (control_ & reboot_bit) start_anew();
    }
    if (address == link::PROTOCOL) protocol_ = value & protocol_mask;
    if (address == link::ARBITRATION) arbitrate(value);
}

void Module::arbitrate(std::uint32_t value) {
    if (value >> 31) other_request_ = false;
    own_request_ = value & 1;
    if (!own_request_) own_grant_ = false;
    if (own_request_ && !other_request_) own_grant_ = true;
}

void Module::lose_grant(bool lost) {
    const Lock held = lock();
    lost_by_fault_ = lost;
    other_request_ = lost;
    own_grant_ = own_request_ && !lost;
}

Module::Access Module::read(Address address) {
    const Lock held = lock();
    Access access;
    if (!own_grant_) access.status = status_no_grant;
    if (!RegisterFile::exists(address)) {
        access.status |= status_access_timeout;
    } else if (RegisterFile::is_vme(address)) {
        access.value = read_vme(address);
    } else if (own_grant_) {
        access.value = read_adc(address);
    }
    return access;
}

std::uint32_t Module::read_vme(Address address) {
    if (address == vme::ACQUISITION) {
        catch_up();
        return acquisition_status();
    }
    if (address >= vme::OSCILLATOR_BEGIN && address < vme::OSCILLATOR_END)
        return clocks_[(address - vme::OSCILLATOR_BEGIN) / 4].read();
    if (address >= vme::TRANSFER && address < vme::TRANSFER_STATUS)
        return transfers_[(address - vme::TRANSFER) / 4].control();
    if (address >= vme::TRANSFER_STATUS && address < vme::LINK_STATUS)
        return transfers_[(address - vme::TRANSFER_STATUS) / 4].status();
    if (address >= vme::TRIGGER_COUNTER)
        return acquisition_.trigger_counter((address - vme::TRIGGER_COUNTER) / 4);
    return registers_.vme(address);
}

std::uint32_t Module::acquisition_status() const {
    const BankBook& book = acquisition_.book();
    std::uint32_t status = registers_.vme(vme::ACQUISITION);
    status |= (book.armed() ? 1u << 16 : 0) | (book.bank() == 1 ? 1u << 17 : 0) | (nim_swap_ ? 1u << 22 : 0) |
              (acquisition_.latched() ? 1u << 23 : 0);
    for (unsigned c = 0; c < channel_count; ++c) {
        const unsigned group = c / channels_per_group;
        if (acquisition_.busy(c)) status |= 1u << 18 | 1u << (24 + 2 * group);
        if (book.at_threshold(c)) status |= 1u << 19 | 1u << (25 + 2 * group);
    }
    return status;
}

std::uint32_t Module::read_adc(Address address) {
    const unsigned group = RegisterFile::group_of(address);
    const Address offset = RegisterFile::offset_of(address);
    const BankBook& book = acquisition_.book();
    const unsigned c = offset / 4 % channels_per_group;
    const unsigned channel = group * channels_per_group + c;
    const std::uint32_t half = (c & 1) << 25;
    if (offset >= adc::ACTUAL_ADDRESS && offset < adc::LATCH_HIGH) catch_up();
    if (offset == adc::DAC_READBACK) return adcs_[group].dac_readback();
    if (offset == adc::SPI_READBACK) return adcs_[group].spi_readback();
    if (offset >= adc::ACTUAL_ADDRESS && offset < adc::PREVIOUS_ADDRESS)
        return half | book.bank() << 24 | book.words(channel, book.bank());
    if (offset >= adc::PREVIOUS_ADDRESS && offset < adc::LATCH_HIGH)
        return half | book.previous(channel).bank << 24 | book.previous(channel).words;
    if (offset == adc::LATCH_HIGH) return static_cast<std::uint32_t>(acquisition_.latch() >> 32);
    if (offset == adc::LATCH_LOW) return static_cast<std::uint32_t>(acquisition_.latch());
    return registers_.adc(group, offset);
}

std::uint8_t Module::write(Address address, std::uint32_t value) {
    const Lock held = lock();
    if (!own_grant_) return status_no_grant;
    if (address >= key::BEGIN && address < key::END) {
        press(address);
        return 0;
    }
    if (!RegisterFile::exists(address)) return status_access_timeout;
    write_register(address, value);
    return 0;
}

void Module::write_register(Address address, std::uint32_t value) {
    if (address >= vme::OSCILLATOR_BEGIN && address < vme::OSCILLATOR_END) {
        clocks_[(address - vme::OSCILLATOR_BEGIN) / 4].write(value);
        return;
    }
    if (address >= vme::TRANSFER && address < vme::TRANSFER_STATUS) {
        const unsigned group = (address - vme::TRANSFER) / 4;
        transfers_[group].control(group, value);
        if (transfers_[group].reads() && transfers_[group].space() == Transfer::Space::STATISTICS)
            start_statistics(group);
        return;
    }
    // What happened until now happened under the old settings.
    catch_up();
    registers_.write(address, value);
    if (!RegisterFile::is_adc(address)) return;
    acquisition_.registers_changed();
    const unsigned group = RegisterFile::group_of(address);
    const Address offset = RegisterFile::offset_of(address);
    if (offset == adc::SPI) adcs_[group].write_spi(value);
    if (offset == adc::OFFSET_DAC) adcs_[group].write_dac(value);
}

void Module::press(Address address) {
    const std::int64_t now = acquisition_.feed().tick_now();
    switch (address) {
        case key::RESET:
            acquisition_.catch_up(now);
            registers_.reset();
            acquisition_.registers_changed();
            return;
        case key::DISARM:
            nim_swap_ = false;
            return acquisition_.disarm(now);
        case key::TRIGGER:
            return acquisition_.trigger(now);
        case key::CLEAR_TIMESTAMP:
            return acquisition_.clear_timestamp(now);
        case key::ARM_BANK_1:
        case key::ARM_BANK_2: {
            const unsigned bank = address == key::ARM_BANK_2 ? 1 : 0;
            for (auto& words : host_words_)
                words[bank] = 0;
            return acquisition_.arm(bank, now);
        }
        case key::ENABLE_NIM_SWAP:
            nim_swap_ = true;
            return;
        case key::CLEAR_PPS_LATCH:
            return acquisition_.clear_latch();
        default:
            return;  // the others act on what is not emulated, or have nothing to do
    }
}

void Module::start_statistics(unsigned group) {
    auto& words = statistic_words_[group];
    words.clear();
    catch_up();
    for (unsigned c = 0; c < channels_per_group; ++c) {
        const ChannelCounters n = acquisition_.counters(group * channels_per_group + c);
        words.insert(words.end(),
                     {n.internal_triggers, n.hits_stored, n.dead_time, n.pile_up, n.veto, n.high_energy});
    }
}

Module::Fifo Module::read_fifo(Address address, std::uint32_t count) {
    const Lock held = lock();
    Fifo fifo{{{}, count}, status_access_timeout};
    if (!own_grant_) fifo.status |= status_no_grant;
    if (!own_grant_ || address < fifo_begin || address >= fifo_end) return fifo;
    const unsigned group = (address >> 20) - 1;
    Transfer& transfer = transfers_[group];
    if (!transfer.reads()) return fifo;
    if (transfer.space() == Transfer::Space::STATISTICS) {
        fifo.data = transfer.take(statistic_words_[group], count);
    } else {
        const auto [channel, bank, word] = transfer.target();
        const std::uint32_t readable =
            std::max(acquisition_.book().words(channel, bank), host_words_[channel][bank]);
        fifo.data = transfer.take(memory_.bank(channel, bank).first(readable), count);
    }
    if (fifo.data.missing == 0) fifo.status = 0;
    return fifo;
}

std::uint8_t Module::write_fifo(Address address, std::span<const std::uint32_t> words) {
    const Lock held = lock();
    if (!own_grant_) return status_no_grant;
    if (address < fifo_begin || address >= fifo_end) return status_access_timeout;
    Transfer& transfer = transfers_[(address >> 20) - 1];
    const auto [channel, bank, word] = transfer.target();
    const auto memory = memory_.bank(channel, bank);
    if (!transfer.writes() || word > memory.size() || words.size() > memory.size() - word)
        return status_access_timeout;
    std::ranges::copy(words, memory.begin() + word);
    const auto count = static_cast<std::uint32_t>(words.size());
    transfer.skip(count);
    host_words_[channel][bank] = std::max(host_words_[channel][bank], word + count);
    return 0;
}

void Module::reset_interface() {
    const Lock held = lock();
    protocol_ &= ~jumbo_bit;
}

bool Module::jumbo() {
    const Lock held = lock();
    return protocol_ & jumbo_bit;
}

unsigned Module::gap_code() {
    const Lock held = lock();
    return protocol_ & 0xF;
}

void Module::note_answer(std::uint8_t command, std::uint8_t status) {
    const Lock held = lock();
    answers_ = answers_ >> 16 | std::uint32_t{command} << 24 | std::uint32_t{status} << 16;
}

void Module::sample() {
    Lock held(mutex_);
    // Up to one moment: with a later one at every step this would never end.
    const std::int64_t now = acquisition_.feed().tick_now();
    while (acquisition_.advance(now, steps_at_a_time)) {
        if (waiting_.load() == 0) continue;
        held.unlock();
        while (waiting_.load() > 0)
            std::this_thread::yield();
        held.lock();
    }
}

void Module::apply(const config::EmulatedFaults& faults) {
    lose_grant(faults.lost_grant());
    const Lock held = lock();
    acquisition_.apply(faults);
}

void Module::step_clock(std::int64_t ticks) {
    const Lock held = lock();
    catch_up();
    acquisition_.step_clock(ticks);
}

void Module::preset_timestamp(std::uint64_t value) {
    const Lock held = lock();
    const std::int64_t now = acquisition_.feed().tick_now();
    acquisition_.catch_up(now);
    acquisition_.preset_timestamp(value, now);
}

void Module::fill_banks() {
    const Lock held = lock();
    catch_up();
    acquisition_.fill_banks();
}

AcquisitionTotals Module::totals() {
    const Lock held = lock();
    return acquisition_.totals();
}

double Module::oscillator_mhz() {
    const Lock held = lock();
    return clocks_[0].frequency_mhz();
}

}  // namespace spillgate::hw::emulator::sis3316
