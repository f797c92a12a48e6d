// A board's `mark` entries in the terms of its traces: which channel's traces give which marks, and where.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/marks/edge_finder.hpp"
#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::marks {

// Times in ns on the board's clock.
struct Input {
    Mark::Kind kind = Mark::Kind::EXTRACT;
    std::uint32_t channel = 0;
    bool is_pulse = false;     // else every trace of the channel marks the trigger
    config::MarkPulse pulse;   // is_pulse
    double pretrigger_ns = 0;  // of the trigger within the trace
    double delay_ns = 0;       // the mark is this much before what is seen
};

// Entries with `latch` are left out: only the device's own driver can read them. Errors: CONFIG (a channel
// that is not read out, bounds that contradict each other, an entry that says nothing).
proto::Result<std::vector<Input>> inputs_of(const config::Board& board);

}  // namespace spillgate::hw::marks
