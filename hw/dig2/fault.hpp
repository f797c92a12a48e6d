// What can be wrong with data from the module: each is counted under its own name.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace spillgate::hw::dig2 {

enum class Fault : std::uint8_t {
    NONE,
    EVENT_EMPTY,           // an event of no words
    EVENT_BEYOND_BLOCK,    // an event longer than what is left of its block
    EVENT_COUNT,           // a block with more or fewer events than its header says
    BLOCK_NOT_WORDS,       // a block that is no whole number of words
    FORMAT_UNKNOWN,        // an event format that the protocol does not have
    FORMAT_UNEXPECTED,     // one of the other firmware
    SCOPE_HEADER_SHORT,    // a scope event without its three header words
    SCOPE_UNEVEN,          // samples that cannot be shared out among the channels
    CHANNEL_UNKNOWN,       // a channel that the module does not have or that is not enabled
    HIT_SHORT,             // a DPP event that ends in the middle of its words
    HIT_EXTRA_UNKNOWN,     // an extra word of a type that the protocol does not have
    HIT_REDUCED,           // a single-word DPP event: no waveform, no whole timestamp
    HIT_WITHOUT_WAVEFORM,  // a DPP event without samples
    HIT_PROBE_UNEXPECTED,  // the first analog probe is not the ADC's input
    SPECIAL_SHORT,         // a special event without the headers that it announces
    TRIGGER_NUMBER,        // scope: more triggers missing than stamps have passed
    RECORD_LENGTH,         // scope: another number of samples than configured; DPP: more
    EVENT_LATE,            // older than what had been said to be complete
};
inline constexpr std::size_t fault_kinds = 19;

// As counted and reported: "corrupt-event-empty", … What begins with "corrupt" makes a slot LOST_CORRUPT.
std::string_view name_of(Fault fault);

// How often each came.
class FaultCounts {
  public:
    void add(Fault fault) { ++counts_[static_cast<std::size_t>(fault)]; }
    void add(const FaultCounts& more) {
        for (std::size_t i = 0; i < counts_.size(); ++i)
            counts_[i] += more.counts_[i];
    }
    std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

  private:
    std::array<std::uint64_t, fault_kinds> counts_{};
};

}  // namespace spillgate::hw::dig2
