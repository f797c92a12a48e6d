// A window in the samples of one trace.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "proto/spill_record.hpp"

namespace spillgate::offline {

// A window's bounds as samples of one trace, [begin, end).
struct SampleBounds {
    std::int64_t pretrace_begin, pretrace_end, roi_begin, roi_end;
    SampleBounds(const proto::SpillRecord& record, const proto::Trace& trace, const proto::Window& window)
        : pretrace_begin(proto::sample_position(record, trace, window.pretrace_begin)),
          pretrace_end(proto::sample_position(record, trace, window.pretrace_end)),
          roi_begin(proto::sample_position(record, trace, window.roi_begin)),
          roi_end(proto::sample_position(record, trace, window.roi_end)) {}
};

// When a sample comes, counted as t_rec is: from the roi begin, less the beam delay.
inline double t_rec_ns(std::int64_t sample, std::int64_t roi_begin, double sample_period_ns,
                       double beam_delay_ns) {
    return static_cast<double>(sample - roi_begin) * sample_period_ns - beam_delay_ns;
}

// Whether traces of two PMTs may be added sample by sample. Clocks of two boards drift apart by tens of ppm;
// beyond this they would run out of step within a window.
inline bool in_step(double sample_period_ns, double other_ns) {
    return std::abs(other_ns - sample_period_ns) <= 1e-4 * sample_period_ns;
}

// Whether a trace, by its index into SpillRecord::traces, has a part in a window.
inline bool has_trace(const proto::Window& window, std::uint32_t index) {
    return std::ranges::find(window.traces, index) != window.traces.end();
}

// Whether a trace holds a window whole.
inline bool covers(const proto::Trace& trace, const proto::SpillRecord& record, const proto::Window& window) {
    return proto::sample_position(record, trace, window.begin()) >= 0 &&
           proto::sample_position(record, trace, window.end()) <= static_cast<std::int64_t>(trace.count);
}

}  // namespace spillgate::offline
