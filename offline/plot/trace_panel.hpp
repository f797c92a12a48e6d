// The traces of one channel with what the engine found in them: peaks, baseline and threshold, arrivals.
#pragma once

#include "offline/plot/figure.hpp"
#include "offline/plot/slot_channels.hpp"
#include "offline/plot/slot_view.hpp"
#include "offline/plot/time_range.hpp"

namespace spillgate::offline::plot {

// In ADC codes. Long traces are thinned so that no extreme is lost.
Panel trace_panel(const SlotView& view, const SlotChannel& channel, const TimeRange& range);

}  // namespace spillgate::offline::plot
