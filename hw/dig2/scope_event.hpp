// Events of the scope firmware: all channels of one trigger. Source: caen-dig2, src/endpoints/scope.cpp.
#pragma once

#include <cstdint>
#include <span>

#include "hw/dig2/fault.hpp"
#include "hw/dig2/words.hpp"

namespace spillgate::hw::dig2 {

// Format in bits 63:60 of an event's first word, its size in words in bits 31:0.
enum class Format : std::uint8_t {
    COMMON_TRIGGER = 1,      // scope
    INDIVIDUAL_TRIGGER = 2,  // DPP: an aggregate of hits
    SPECIAL = 3,             // start, stop
    SPECIAL_TIME = 4,        // a timestamp without an event
};

struct ScopeEvent {
    bool board_fail = false;
    std::uint32_t trigger_id = 0;  // 24 bits
    std::uint16_t flags = 0;       // 13 bits
    std::uint8_t samples_overlapped = 0;
    std::uint64_t stamp = 0;     // 48 bits, of 8 ns, of the trigger
    std::uint64_t channels = 0;  // bit n: channel n takes part
    std::uint32_t samples = 0;   // of each channel
    Words waveform;              // four samples a word, the channels' words in turn
};

// All words of one event. Nothing is read beyond them, and nothing allocated.
Fault parse_scope(Words event, ScopeEvent& out);

// Samples of the channels that take part, lowest channel first, each channel's `samples` together.
// out.size() = samples · number of channels.
void unpack(const ScopeEvent& event, std::span<std::uint16_t> out);

}  // namespace spillgate::hw::dig2
