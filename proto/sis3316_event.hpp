// An event of the SIS3316's standard firmware, as its memory holds it and recordings keep it: words by format
// bits, then lengths, raw samples, averaged samples, MAW words. Source: Struck SIS3316 manual, event format.
// Little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "proto/result.hpp"

namespace spillgate::proto {

// Lengths in 32-bit words.
struct Sis3316Event {
    std::uint32_t id = 0;  // 12 bits, as written into the channel's header register: module << 4 | channel
    std::uint32_t format_bits = 0;
    std::uint64_t timestamp = 0;       // 48 bits, in sample clocks
    std::uint32_t header_words = 0;    // before the raw samples
    std::uint32_t raw_words = 0;       // two samples each
    bool averaged = false;             // averaged samples follow the raw ones
    std::uint32_t averaged_words = 0;  // modulo 65536: the field has 16 bits
    bool maw = false;                  // MAW words follow; how many, the event does not say
    std::uint32_t trace_flags = 0;     // TraceFlag
};

inline constexpr std::int64_t sis3316_timestamp_wrap = std::int64_t{1} << 48;
inline constexpr std::size_t sis3316_longest_header_words = 3 + 7 + 2 + 3 + 2 + 1;

// Words of an event up to and including that of the raw length.
std::uint32_t sis3316_words_by_format(std::uint32_t format_bits);

// Decodes the words before the samples of the event that `bytes` begin with. Errors: TRUNCATED (the bytes end
// inside them), CORRUPT (no length word where the format bits put it).
Result<Sis3316Event> decode_sis3316_event(std::span<const std::byte> bytes);

}  // namespace spillgate::proto
