#include "hw/emulator/sis3316/event_writer.hpp"

#include <algorithm>
#include <bit>

namespace spillgate::hw::emulator::sis3316 {

namespace {

static_assert(std::endian::native == std::endian::little, "samples are written into words in place");

constexpr std::uint32_t accumulator_mask = 0x0FFFFFFF;
constexpr std::uint32_t first_accumulator_mask = 0x00FFFFFF;  // the information byte is above
constexpr std::size_t average_portion = 65536;                // samples made at a time

std::uint32_t maw_word(std::int32_t value) {
    return (static_cast<std::uint32_t>(value) + maw_offset) & 0x0FFFFFFF;
}

std::span<std::uint16_t> samples_in(std::span<std::uint32_t> words) {
    return {reinterpret_cast<std::uint16_t*>(words.data()), 2 * words.size()};
}

std::uint32_t sum_of(std::span<const std::uint16_t> window, AccumulatorGate gate) {
    const std::size_t begin = std::min<std::size_t>(gate.start, window.size());
    const std::size_t end = std::min<std::size_t>(begin + gate.length, window.size());
    std::uint32_t sum = 0;
    for (std::size_t i = begin; i < end; ++i)
        sum += window[i];
    return sum;
}

}  // namespace

void EventWriter::fetch(const ChannelSetup& setup, unsigned channel, std::int64_t first,
                        std::span<std::uint16_t> out) const {
    if (setup.output_enabled)
        feed_.samples(channel, first, out);
    else
        std::fill(out.begin(), out.end(), std::uint16_t{0});
}

std::span<const std::uint16_t> EventWriter::window_of(const ChannelSetup& setup, const EventStart& event,
                                                      std::span<const std::uint16_t> raw) {
    std::size_t needed = setup.gate;
    for (const AccumulatorGate& gate : setup.accumulators)
        needed = std::max<std::size_t>(needed, gate.start + gate.length);
    // Mostly the raw samples are the window.
    if (setup.raw_start == 0 && raw.size() >= needed) return raw;
    window_.resize(needed);
    fetch(setup, event.channel, event.trigger - setup.pretrigger, window_);
    return window_;
}

void EventWriter::put_accumulators(const ChannelSetup& setup, const EventStart& event,
                                   std::span<const std::uint16_t> window, std::uint32_t* out) const {
    if (setup.has_peak()) {
        const auto gate = window.first(setup.gate);
        const auto peak = std::max_element(gate.begin(), gate.end());
        const auto lowest = std::min_element(gate.begin(), gate.end());
        const std::uint32_t information = (*peak == highest_code_ ? 0x80u : 0) | (*lowest == 0 ? 0x40u : 0) |
                                          (event.re_pile_up ? 0x20u : 0) | (event.pile_up ? 0x10u : 0);
        *out++ = static_cast<std::uint32_t>(peak - gate.begin()) << 16 | *peak;
        *out++ = information << 24 | (sum_of(window, setup.accumulators[0]) & first_accumulator_mask);
        for (std::size_t k = 1; k < 6; ++k)
            *out++ = sum_of(window, setup.accumulators[k]) & accumulator_mask;
    }
    if (setup.has_late_accumulators())
        for (std::size_t k = 6; k < 8; ++k)
            *out++ = sum_of(window, setup.accumulators[k]) & accumulator_mask;
}

void EventWriter::filter(const ChannelSetup& setup, unsigned channel, FirShape shape, std::int64_t first,
                         std::size_t count) {
    stretch_.resize(count + shape.reach() - 1);
    fetch(setup, channel, first - shape.reach() + 1, stretch_);
    trapezoid(stretch_, shape, setup.inverted, values_);
}

void EventWriter::put_fast_maw(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out) {
    filter(setup, event.channel, setup.trigger_fir, event.trigger - 1, setup.gate + 1);
    out[0] = maw_word(*std::max_element(values_.begin(), values_.end()));
    out[1] = maw_word(values_[0]);
    out[2] = maw_word(values_[1]);
}

void EventWriter::put_energy_maw(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out) {
    filter(setup, event.channel, setup.energy_fir, event.trigger, setup.gate);
    out[0] = maw_word(values_[0]);
    out[1] = maw_word(*std::max_element(values_.begin(), values_.end()));
}

void EventWriter::put_maw_buffer(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out) {
    filter(setup, event.channel, setup.maw_of_energy ? setup.energy_fir : setup.trigger_fir,
           event.trigger - setup.maw_pretrigger, setup.maw_length);
    for (const std::int32_t value : values_)
        *out++ = maw_word(value);
}

void EventWriter::put_averages(const ChannelSetup& setup, const EventStart& event,
                               std::span<std::uint16_t> out) {
    const std::size_t of = setup.average_of;
    std::int64_t at = event.trigger - setup.average_pretrigger;
    for (std::size_t done = 0; done < out.size();) {
        const std::size_t averages = std::min(out.size() - done, average_portion / of);
        stretch_.resize(averages * of);
        fetch(setup, event.channel, at, stretch_);
        for (std::size_t i = 0; i < averages; ++i)
            out[done + i] = static_cast<std::uint16_t>(
                sum_of(stretch_, {static_cast<std::uint32_t>(i * of), static_cast<std::uint32_t>(of)}) / of);
        done += averages;
        at += static_cast<std::int64_t>(averages * of);
    }
}

void EventWriter::write(const ChannelSetup& setup, const EventStart& event, std::span<std::uint32_t> out) {
    out[0] = static_cast<std::uint32_t>(event.timestamp >> 32 & 0xFFFF) << 16 |
             std::uint32_t{setup.header_id} << 4 | setup.format;
    out[1] = static_cast<std::uint32_t>(event.timestamp);
    std::size_t at = 2;
    const std::size_t accumulators_at = at;
    at += (setup.has_peak() ? 7u : 0u) + (setup.has_late_accumulators() ? 2u : 0u);
    if (setup.has_fast_maw()) {
        put_fast_maw(setup, event, &out[at]);
        at += 3;
    }
    if (setup.has_energy_maw()) {
        put_energy_maw(setup, event, &out[at]);
        at += 2;
    }
    const std::uint32_t raw_words = setup.raw_length / 2;
    out[at++] = (setup.averages() ? 0xA0000000u : 0xE0000000u) | (setup.maw_buffer ? 1u << 27 : 0) |
                (event.pile_up || event.re_pile_up ? 1u << 26 : 0) | raw_words;
    if (setup.averages()) out[at++] = 0xE0000000u | setup.average_length / 2;
    const auto raw = samples_in(out.subspan(at, raw_words));
    fetch(setup, event.channel, event.trigger - setup.pretrigger + setup.raw_start, raw);
    at += raw_words;
    if (setup.averages()) {
        put_averages(setup, event, samples_in(out.subspan(at, setup.average_length / 2)));
        at += setup.average_length / 2;
    }
    if (setup.maw_buffer) put_maw_buffer(setup, event, &out[at]);
    if (setup.has_peak() || setup.has_late_accumulators())
        put_accumulators(setup, event, window_of(setup, event, raw), &out[accumulators_at]);
}

}  // namespace spillgate::hw::emulator::sis3316
