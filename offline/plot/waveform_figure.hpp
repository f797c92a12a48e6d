// The traces of a slot with what was found in them: windows, baseline, threshold, peaks, candidates.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/figure.hpp"
#include "offline/plot/slot_view.hpp"
#include "offline/plot/time_range.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

struct WaveformOptions {
    std::vector<std::string> channels;  // names, or BOARD:CHANNEL; none: all that have traces
    TimeChoice time;
};

// One panel per channel under a strip with the windows. Where traces fill little of the slot, as in
// recordings without marks, the first trace is shown unless another is asked for. Errors: NOT_FOUND (a
// channel without traces in this slot, or a trace that is not there; the message lists what is), CONFIG (an
// empty range, or more channels than fit).
proto::Result<Figure> waveform_figure(const SlotView& view, const WaveformOptions& options);

}  // namespace spillgate::offline::plot
