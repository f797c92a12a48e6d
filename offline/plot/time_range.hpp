// Which stretch of a slot is shown, and its axis.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "offline/plot/figure.hpp"
#include "offline/plot/slot_channels.hpp"
#include "offline/plot/slot_times.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

// Times in μs after t0.
struct TimeRange {
    double from = 0, to = 1;  // shown
    double offset = 0;        // taken from all times, so that numbers at the axis stay short

    double shown(double us) const { return us - offset; }
    // The part of a span that is shown; empty, with begin ≥ end, if none is.
    Span cut(const Span& span) const { return {std::max(span.begin, from), std::min(span.end, to)}; }
    bool shows(const Span& span) const { return span.overlaps({from, to}); }
};

// What a person asked for.
struct TimeChoice {
    std::optional<double> from_us, to_us;  // after t0; unset: the first and the last sample
    std::optional<unsigned> trace;         // the n-th trace of the first channel, from 1
};

// Where traces fill little of the slot, the first one is chosen unless another is asked for; `remark` then
// says which of how many. Errors: CONFIG (an empty range), NOT_FOUND (no such trace).
proto::Result<TimeRange> choose_range(const proto::SpillRecord& record,
                                      const std::vector<SlotChannel>& channels, const TimeChoice& choice,
                                      std::string& remark);

Axis time_axis(const config::Config& config, const TimeRange& range);

}  // namespace spillgate::offline::plot
