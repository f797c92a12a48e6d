#include "hw/dig2/scope_event.hpp"

#include <bit>

namespace spillgate::hw::dig2 {

namespace {
constexpr std::size_t header_words = 3;
constexpr std::size_t samples_per_word = 4;
}  // namespace

Fault parse_scope(Words event, ScopeEvent& out) {
    if (event.size() < header_words) return Fault::SCOPE_HEADER_SHORT;
    out.board_fail = bits(event[0], 56, 1) != 0;
    out.trigger_id = static_cast<std::uint32_t>(bits(event[0], 32, 24));
    out.flags = static_cast<std::uint16_t>(bits(event[1], 51, 13));
    out.samples_overlapped = static_cast<std::uint8_t>(bits(event[1], 48, 3));
    out.stamp = bits(event[1], 0, 48);
    out.channels = event[2];
    out.waveform = event.from(header_words);
    const auto channels = static_cast<std::size_t>(std::popcount(out.channels));
    if (channels == 0) {
        out.samples = 0;
        return out.waveform.empty() ? Fault::NONE : Fault::SCOPE_UNEVEN;
    }
    if (out.waveform.size() % channels != 0) return Fault::SCOPE_UNEVEN;
    out.samples = static_cast<std::uint32_t>(out.waveform.size() / channels * samples_per_word);
    return Fault::NONE;
}

void unpack(const ScopeEvent& event, std::span<std::uint16_t> out) {
    const auto channels = static_cast<std::size_t>(std::popcount(event.channels));
    if (channels == 0) return;
    const std::size_t words = event.waveform.size() / channels;
    for (std::size_t channel = 0; channel < channels; ++channel) {
        auto* to = out.data() + channel * event.samples;
        for (std::size_t i = 0; i < words; ++i) {
            const std::uint64_t word = event.waveform[i * channels + channel];
            for (unsigned s = 0; s < samples_per_word; ++s)
                *to++ = static_cast<std::uint16_t>(word >> 16 * s);
        }
    }
}

}  // namespace spillgate::hw::dig2
