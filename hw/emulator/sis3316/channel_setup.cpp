#include "hw/emulator/sis3316/channel_setup.hpp"

#include <algorithm>

#include "hw/emulator/sis3316/register_file.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t even = ~std::uint32_t{1};
constexpr std::uint32_t long_pretrigger_revision = 7;  // of the ADC-FPGA firmware

FirShape fir_of(std::uint32_t word) {
    return {std::max<std::uint32_t>(word & 0xFFE, 2), word >> 12 & 0xFFE};
}

std::int32_t threshold_of(std::uint32_t word) {
    return static_cast<std::int32_t>(word & 0x0FFFFFFF) - static_cast<std::int32_t>(maw_offset);
}

void take_trigger(std::uint32_t fir, std::uint32_t threshold, std::uint32_t high_energy, ChannelSetup& to) {
    to.trigger_fir = fir_of(fir);
    to.threshold_enabled = threshold >> 31;
    to.suppresses_high_energy = threshold >> 30 & 1;
    to.threshold = threshold_of(threshold);
    to.high_energy = std::max(threshold_of(high_energy), 0);
}

void take_record(const RegisterFile& r, unsigned group, ChannelSetup& to) {
    const auto at = [&](Address offset) { return r.adc(group, offset); };
    const std::uint32_t end = at(adc::END_THRESHOLD);
    to.threshold_words = end & 0xFFFFFF;
    to.stops_at_threshold = end >> 31;
    to.gate = ((at(adc::GATE_WINDOW) & 0xFFFF) + 2) & even;
    const std::uint32_t raw = at(adc::RAW_BUFFER);
    to.raw_length = raw >> 16 & even;
    to.raw_start = raw & 0xFFFE;
    if (to.raw_length == 0) to.raw_length = at(adc::EXTENDED_LENGTH) & 0x1FFFFFE;
    const std::uint32_t pile_up = at(adc::PILE_UP);
    to.pile_up_window = pile_up & 0xFFFE;
    to.re_pile_up_window = pile_up >> 16 & even;
    const std::uint32_t delay = at(adc::PRETRIGGER);
    const bool is_long = (at(adc::FIRMWARE) & 0xFF) >= long_pretrigger_revision;
    to.pretrigger = std::min<std::uint32_t>(delay & 0x3FFE, is_long ? 16378 : 2042);
    if (delay >> 15 & 1) to.pretrigger += to.trigger_fir.peaking + to.trigger_fir.gap;
    to.output_enabled = at(adc::SPI) >> 24 & 1;
    for (std::size_t k = 0; k < to.accumulators.size(); ++k) {
        const std::uint32_t gate = at(adc::ACCUMULATOR + static_cast<Address>(4 * k));
        to.accumulators[k] = {gate & 0xFFFF, (gate >> 16 & 0x1FF) + 1};
    }
}

void take_format(const RegisterFile& r, unsigned group, unsigned c, ChannelSetup& to) {
    const std::uint32_t format = r.adc(group, adc::DATA_FORMAT) >> (8 * c);
    to.format = format & 0xF;
    const std::uint32_t maw = r.adc(group, adc::MAW_BUFFER);
    to.maw_length = maw & 0x3FE;
    to.maw_pretrigger = maw >> 16 & 0x3FE;
    to.maw_buffer = (format >> 4 & 1) && to.maw_length > 0;
    to.maw_of_energy = format >> 5 & 1;
    const std::uint32_t averaging = r.adc(group, adc::AVERAGING);
    const std::uint32_t mode = averaging >> 28 & 7;
    if (mode == 0 || r.adc_bits() != 16) return;
    to.average_of = 2u << mode;
    to.average_pretrigger = averaging >> 16 & 0xFFF;
    to.average_length = averaging & 0xFFFE;
}

}  // namespace

std::uint32_t ChannelSetup::words() const {
    return 3 + (has_peak() ? 7u : 0) + (has_late_accumulators() ? 2u : 0) + (has_fast_maw() ? 3u : 0) +
           (has_energy_maw() ? 2u : 0) + raw_length / 2 + (averages() ? 1 + average_length / 2 : 0) +
           (maw_buffer ? maw_length : 0);
}

std::uint32_t ChannelSetup::span() const {
    std::uint32_t samples = std::max(gate, raw_start + raw_length);
    if (averages()) samples = std::max(samples, pretrigger + average_length * average_of);
    return samples;
}

ChannelSetup setup_of(const RegisterFile& r, unsigned channel) {
    const unsigned group = channel / channels_per_group;
    const unsigned c = channel % channels_per_group;
    ChannelSetup setup;
    const std::uint32_t config = r.adc(group, adc::EVENT_CONFIG) >> (8 * c);
    setup.inverted = config & 1;
    setup.internal_trigger = config >> 2 & 1;
    setup.external_trigger = config >> 3 & 1;
    setup.header_id = static_cast<std::uint16_t>((r.adc(group, adc::HEADER_ID) >> 20 & 0xFFC) | c);
    take_trigger(r.adc(group, adc::FIR_SETUP + 0x10 * c), r.adc(group, adc::THRESHOLD + 0x10 * c),
                 r.adc(group, adc::HIGH_ENERGY + 0x10 * c), setup);
    const std::uint32_t energy = r.adc(group, adc::FIR_ENERGY + 4 * c);
    setup.energy_fir = {std::max<std::uint32_t>(energy & 0xFFE, 2), energy >> 12 & 0x3FE};
    setup.trigger_delay = 2 * (r.adc(group, adc::TRIGGER_DELAY) >> (8 * c) & 0xFF);
    take_record(r, group, setup);
    take_format(r, group, c, setup);
    return setup;
}

}  // namespace spillgate::hw::emulator::sis3316
