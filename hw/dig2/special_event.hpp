// Start, stop and time events. Source: caen-dig2, src/endpoints/events.cpp; the library names the special
// time event but does not decode it: its timestamp is taken from where all other events have theirs.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/dig2/fault.hpp"
#include "hw/dig2/words.hpp"

namespace spillgate::hw::dig2 {

struct SpecialEvent {
    enum class Kind : std::uint8_t { START, STOP, TIME, OTHER };
    Kind kind = Kind::OTHER;
    std::uint32_t record_samples = 0;    // START: the acquisition's width as the module took it
    std::uint64_t channels = 0;          // START: enabled
    std::optional<std::uint64_t> stamp;  // STOP, TIME: 48 bits
    std::uint32_t dead_stamps = 0;       // STOP: since the start
};

// All words of an event of format SPECIAL or SPECIAL_TIME. An event of an unknown kind is OTHER, no fault.
Fault parse_special(Words event, SpecialEvent& out);

}  // namespace spillgate::hw::dig2
