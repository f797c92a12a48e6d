// The windows of every slot in ticks, from the configuration, and how far they reach from the mark.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

struct PlannedWindow {
    proto::WindowKind kind = wire::UNKNOWN;
    bool strobe = false;              // counts from the strobe, not from the mark
    std::int64_t pretrace_begin = 0;  // ticks from the reference, [begin, end)
    std::int64_t pretrace_end = 0;
    std::int64_t roi_begin = 0;
    std::int64_t roi_end = 0;
};

struct WindowPlan {
    config::Gate::Mode mode = config::Gate::BEAM_TRIGGERED;
    config::Gate::Reference reference = config::Gate::MARK;
    std::vector<PlannedWindow> windows;  // anti-coincident before in-time
    double frequency_hz = 0;
    double ac_margin = 0;       // all in ticks
    double mark_tolerance = 0;  // how far a mark may lie from its prediction
    std::int64_t trace_margin = 0;
    std::int64_t reorder_margin = 0;
    std::int64_t mark_position = 0;
    std::int64_t trigger_tolerance = 0;
    std::int64_t strobe_phase = 0;
    std::int64_t strobe_tolerance = 0;
    std::int64_t slice = 0;
    // Everything that a slot can want lies in [t0 + reach_begin, t0 + reach_end).
    std::int64_t reach_begin = 0;
    std::int64_t reach_end = 0;

    bool triggered() const { return mode == config::Gate::BEAM_TRIGGERED || mode == config::Gate::STROBED; }
    // Errors: CONFIG.
    static proto::Result<WindowPlan> from(const config::Gate& gate, const config::Facility& facility,
                                          double frequency_hz);
};

}  // namespace spillgate::daq
