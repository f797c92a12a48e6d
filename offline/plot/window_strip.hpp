// The windows of a slot as a strip above its traces: one lane each, the pretrace light, the roi dark.
#pragma once

#include "offline/plot/figure.hpp"
#include "offline/plot/slot_view.hpp"
#include "offline/plot/time_range.hpp"

namespace spillgate::offline::plot {

// Without series, if no window is in the range.
Panel window_strip(const SlotView& view, const TimeRange& range);

Colour colour_of(proto::WindowKind kind);

}  // namespace spillgate::offline::plot
