// An event of the SIS3316's standard firmware, as its memory holds it and recordings keep it: words by format
// bits, then lengths, raw samples, averaged samples, MAW words. Source: Struck SIS3316 manual, event format.
// Little-endian.
#pragma once

#include <cstdint>

#include "offline/import/input_bytes.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

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

// Decodes the event's words before its samples. Errors: TRUNCATED (the file ends inside them), CORRUPT (no
// length word where the format bits put it).
proto::Result<Sis3316Event> read_sis3316_event(const InputBytes& file, std::uint64_t offset);

// The unwrapped 48-bit timestamp of one channel.
class Sis3316Clock {
  public:
    struct Reading {
        std::uint32_t epoch = 0;
        std::int64_t ticks = 0;
    };
    // Wraps and steps back are counted in the recording.
    Reading read(std::uint64_t timestamp, Recording& recording);

  private:
    bool seen_ = false;
    std::int64_t last_ticks_ = 0;
    std::int64_t wraps_ = 0;
    std::uint32_t epoch_ = 0;
};

}  // namespace spillgate::offline
