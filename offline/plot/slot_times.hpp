// Where things of a slot lie in time, in μs after t0.
#pragma once

#include "offline/plot/trace_outline.hpp"
#include "offline/reconstruction/candidate.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::plot {

struct Span {
    double begin = 0, end = 0;
    double length() const { return end - begin; }
    bool overlaps(const Span& other) const { return begin < other.end && other.begin < end; }
};

// Counted as proto::sample_position does: from the whole tick of t0 in the trace's own clock domain.
SampleTimes sample_times(const proto::SpillRecord& record, const proto::Trace& trace);
Span span_of(const proto::SpillRecord& record, const proto::Trace& trace);

Span pretrace_of(const proto::SpillRecord& record, const proto::Window& window);
Span roi_of(const proto::SpillRecord& record, const proto::Window& window);

// What the chain takes from the arrival to make t_rec.
double beam_delay_ns(const config::Chain& chain);

}  // namespace spillgate::offline::plot
