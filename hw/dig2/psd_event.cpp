#include "hw/dig2/psd_event.hpp"

#include <array>

namespace spillgate::hw::dig2 {

namespace {

constexpr unsigned last_word_bit = 63;

enum class Extra : std::uint8_t { WAVE = 0, TIME = 1, COUNTERS = 2 };
enum class Probe : std::uint8_t { ADC_INPUT = 0, ADC_INPUT_16_BIT = 5 };

bool is_last(std::uint64_t word) {
    return bits(word, last_word_bit, 1) != 0;
}

// Probe types, factors, downsampling: caen-dig2, include/endpoints/dpppsd.hpp, wave_info_data.
Fault read_wave_info(std::uint64_t extra, Hit& out) {
    constexpr std::array<unsigned, 4> factors{1, 4, 8, 16};
    out.ticks_per_sample = 1U << bits(extra, 44, 2);
    out.factor = factors[bits(extra, 4, 2)];
    const bool is_signed = bits(extra, 3, 1) != 0;
    switch (static_cast<Probe>(bits(extra, 0, 3))) {
        case Probe::ADC_INPUT:
            out.kind = Hit::Samples::BITS_14;
            // 14 bits times 8 no longer fit into a sample of 16 bits.
            return is_signed || out.factor > 4 ? Fault::HIT_PROBE_UNEXPECTED : Fault::NONE;
        case Probe::ADC_INPUT_16_BIT:
            out.kind = Hit::Samples::BITS_16;
            return Fault::NONE;
        default:
            out.kind = Hit::Samples::BITS_14;
            return Fault::HIT_PROBE_UNEXPECTED;
    }
}

Fault read_extra(std::uint64_t word, Hit& out) {
    switch (static_cast<Extra>(bits(word, 60, 3))) {
        case Extra::WAVE:
            return read_wave_info(word, out);
        case Extra::TIME:
            out.dead_stamps = bits(word, 0, 48);
            return Fault::NONE;
        case Extra::COUNTERS:
            out.counters = {.triggers = static_cast<std::uint32_t>(bits(word, 24, 24)),
                            .saved = static_cast<std::uint32_t>(bits(word, 0, 24))};
            return Fault::NONE;
    }
    return Fault::HIT_EXTRA_UNKNOWN;
}

Fault take_waveform(Words& rest, Hit& out) {
    if (rest.empty()) return Fault::HIT_SHORT;
    const std::uint64_t size = rest[0];
    const auto words = static_cast<std::size_t>(bits(size, 0, 12));
    out.truncated = is_last(size);
    rest = rest.from(1);
    if (words > rest.size()) return Fault::HIT_SHORT;
    out.waveform = rest.first(words);
    rest = rest.from(words);
    out.samples = static_cast<std::uint32_t>(words * (out.kind == Hit::Samples::BITS_16 ? 4 : 2));
    return Fault::NONE;
}

}  // namespace

Aggregate parse_aggregate(Words event) {
    return {.flush = bits(event[0], 59, 1) != 0,
            .board_fail = bits(event[0], 56, 1) != 0,
            .counter = static_cast<std::uint32_t>(bits(event[0], 32, 24)),
            .hits = event.from(1)};
}

Fault take_hit(Words& rest, Hit& out) {
    out = {};
    if (rest.empty()) return Fault::HIT_SHORT;
    const std::uint64_t first = rest[0];
    rest = rest.from(1);
    out.channel = static_cast<std::uint32_t>(bits(first, 56, 7));
    if (is_last(first)) return Fault::HIT_REDUCED;
    out.special = bits(first, 55, 1) != 0;
    out.stamp = bits(first, 0, 48);

    if (rest.empty()) return Fault::HIT_SHORT;
    const std::uint64_t second = rest[0];
    rest = rest.from(1);
    out.word = second;
    out.energy = static_cast<std::uint16_t>(bits(second, 0, 16));
    out.fine_stamp = static_cast<std::uint16_t>(bits(second, 16, 10));
    out.energy_short = static_cast<std::uint16_t>(bits(second, 26, 16));
    out.flags_high = static_cast<std::uint8_t>(bits(second, 42, 8));
    out.flags_low = static_cast<std::uint16_t>(bits(second, 50, 12));
    const bool has_waveform = bits(second, 62, 1) != 0;

    Fault probe = Fault::NONE;
    for (bool last = is_last(second); !last;) {
        if (rest.empty()) return Fault::HIT_SHORT;
        const std::uint64_t word = rest[0];
        rest = rest.from(1);
        last = is_last(word);
        const Fault fault = read_extra(word, out);
        if (fault == Fault::HIT_EXTRA_UNKNOWN) return fault;
        if (fault != Fault::NONE) probe = fault;
    }
    if (has_waveform) {
        if (out.kind == Hit::Samples::NONE) out.kind = Hit::Samples::BITS_14;
        const Fault fault = take_waveform(rest, out);
        if (fault != Fault::NONE) return fault;
    }
    if (probe != Fault::NONE) return probe;
    return out.special || out.samples > 0 ? Fault::NONE : Fault::HIT_WITHOUT_WAVEFORM;
}

bool can_go_on_after(Fault fault) {
    return fault == Fault::NONE || fault == Fault::HIT_REDUCED || fault == Fault::HIT_WITHOUT_WAVEFORM ||
           fault == Fault::HIT_PROBE_UNEXPECTED;
}

void unpack(const Hit& hit, std::span<std::uint16_t> out) {
    auto* to = out.data();
    for (std::size_t i = 0; i < hit.waveform.size(); ++i) {
        const std::uint64_t word = hit.waveform[i];
        if (hit.kind == Hit::Samples::BITS_16) {
            for (unsigned s = 0; s < 4; ++s)
                *to++ = static_cast<std::uint16_t>(word >> 16 * s);
        } else {
            // Analog probe 0, 14 bits, in the low bits of each half.
            *to++ = static_cast<std::uint16_t>(bits(word, 0, 14) * hit.factor);
            *to++ = static_cast<std::uint16_t>(bits(word, 32, 14) * hit.factor);
        }
    }
}

}  // namespace spillgate::hw::dig2
