#include "hw/emulator/dig2/event_bytes.hpp"

#include <bit>

namespace spillgate::hw::emulator::dig2 {

namespace {

constexpr std::uint64_t low(std::uint64_t value, unsigned width) {
    return value & ((std::uint64_t{1} << width) - 1);
}

std::uint64_t event_word(std::uint64_t format, std::uint64_t between, std::uint64_t words) {
    return format << 60 | low(between, 28) << 32 | low(words, 32);
}

}  // namespace

void put_word(Bytes& to, std::uint64_t word) {
    for (int shift = 56; shift >= 0; shift -= 8)
        to.push_back(static_cast<std::uint8_t>(word >> shift));
}

void put_scope_event(Bytes& to, const ScopeHead& head, std::span<const std::uint16_t> samples,
                     std::size_t count) {
    const auto channels = static_cast<std::size_t>(std::popcount(head.channels));
    const std::size_t words = 3 + channels * count / 4;
    to.reserve(to.size() + 8 * words);
    put_word(to, event_word(1, std::uint64_t{head.board_fail} << 24 | low(head.trigger_id, 24), words));
    put_word(to, low(head.stamp, 48));
    put_word(to, head.channels);
    for (std::size_t s = 0; s < count; s += 4)
        for (std::size_t c = 0; c < channels; ++c) {
            std::uint64_t word = 0;
            for (unsigned k = 0; k < 4; ++k)
                word |= std::uint64_t{samples[c * count + s + k]} << 16 * k;
            put_word(to, word);
        }
}

void put_psd_hit(Bytes& to, const PsdHit& hit, std::span<const std::uint16_t> samples) {
    put_word(to, std::uint64_t{hit.channel} << 56 | low(hit.stamp, 48));
    constexpr std::uint64_t has_waveform = std::uint64_t{1} << 62;
    put_word(to, has_waveform | std::uint64_t{hit.flags_high} << 42 | std::uint64_t{hit.energy_short} << 26 |
                     low(hit.fine, 10) << 16 | hit.energy);
    constexpr std::uint64_t last = std::uint64_t{1} << 63;
    constexpr std::uint64_t adc_input_wide = 5;
    put_word(to, last | (hit.wide ? adc_input_wide : 0));
    const std::size_t per_word = hit.wide ? 4 : 2;
    const unsigned width = hit.wide ? 16 : 32;
    put_word(to, samples.size() / per_word);
    for (std::size_t s = 0; s < samples.size(); s += per_word) {
        std::uint64_t word = 0;
        for (unsigned k = 0; k < per_word; ++k)
            word |= std::uint64_t{samples[s + k]} << width * k;
        put_word(to, word);
    }
}

void put_psd_statistics(Bytes& to, std::uint32_t channel, std::uint64_t stamp, std::uint64_t dead_stamps,
                        std::uint32_t triggers, std::uint32_t saved) {
    put_word(to, std::uint64_t{channel} << 56 | std::uint64_t{1} << 55 | low(stamp, 48));
    put_word(to, 0);
    put_word(to, std::uint64_t{1} << 60 | low(dead_stamps, 48));
    put_word(to, std::uint64_t{1} << 63 | std::uint64_t{2} << 60 | low(triggers, 24) << 24 | low(saved, 24));
}

void put_aggregate(Bytes& to, std::uint32_t counter, std::span<const std::uint8_t> hits) {
    put_word(to, event_word(2, low(counter, 24), 1 + hits.size() / 8));
    to.insert(to.end(), hits.begin(), hits.end());
}

void put_start_event(Bytes& to, std::uint32_t record_samples, std::uint64_t channels) {
    put_word(to, event_word(3, 3, 4));
    put_word(to, std::uint64_t{2} << 56 | low(record_samples, 25));
    put_word(to, std::uint64_t{1} << 56 | low(channels, 32));
    put_word(to, std::uint64_t{1} << 56 | channels >> 32);
}

void put_stop_event(Bytes& to, std::uint64_t stamp, std::uint32_t dead_stamps) {
    put_word(to, event_word(3, std::uint64_t{0b0010} << 24 | 2, 3));
    put_word(to, low(stamp, 48));
    put_word(to, std::uint64_t{1} << 56 | dead_stamps);
}

void put_time_event(Bytes& to, std::uint64_t stamp) {
    put_word(to, event_word(4, 0, 2));
    put_word(to, low(stamp, 48));
}

Bytes block_header(std::uint64_t bytes, std::uint32_t events, bool aligned) {
    Bytes header;
    put_word(header, bytes);
    put_word(header, std::uint64_t{events} << 32 | std::uint64_t{aligned} << 24);
    header.resize(32);
    return header;
}

}  // namespace spillgate::hw::emulator::dig2
