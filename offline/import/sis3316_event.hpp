// Events of the SIS3316 (proto/sis3316_event.hpp) in a recording, and their times.
#pragma once

#include <cstdint>

#include "offline/import/input_bytes.hpp"
#include "offline/import/recording.hpp"
#include "proto/sis3316_event.hpp"

namespace spillgate::offline {

// Decodes the event's words before its samples. Errors: TRUNCATED (the file ends inside them), CORRUPT (no
// length word where the format bits put it).
proto::Result<proto::Sis3316Event> read_sis3316_event(const InputBytes& file, std::uint64_t offset);

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
