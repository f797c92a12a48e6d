// What a chain makes of one window of one detector channel.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::offline {

inline constexpr std::size_t max_variables = 24;

// A variable that a chain computes. `of_window` ones exist for every window (pretrace peaks, baseline …) and
// may cost exposure when cut on; the others exist only where a candidate was found.
struct Variable {
    std::string_view name;
    std::string_view unit;
    std::string_view meaning;
    bool of_window = false;
    // Of a variable of windows: what it sees of the signal, which matters while a run is blinded.
    bool sees_roi = false;     // its value comes from the roi
    bool needs_trace = false;  // it does not exist without a trace: where channels trigger themselves, it
                               // tells that something was seen
};

// One per window and detector channel, found or not: a window without a candidate still counts as exposure.
struct Candidate {
    std::uint16_t channel = 0;  // index into Config.channel
    std::uint16_t window = 0;   // index into SpillRecord::windows
    proto::WindowKind kind = wire::UNKNOWN;
    bool found = false;         // an arrival was found and its integration window fits the roi
    std::uint32_t quality = 0;  // the chain's quality bits
    std::array<double, max_variables>
        value{};  // by index into Chain::variables(); NaN where it does not exist
};

// All candidates of one slot, with what the ledger needs of its windows.
struct SlotCandidates {
    std::uint64_t slot = 0;
    std::vector<Candidate> candidates;
    std::vector<proto::WindowFact> windows;
    double frequency_hz = 0;  // of the reference domain: ticks → ns
};

}  // namespace spillgate::offline
