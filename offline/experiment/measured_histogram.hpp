// One histogram that is held in memory as an experiment's data: measured_spectrum.hpp without a file.
#pragma once

#include "offline/experiment/measured_spectrum.hpp"

namespace spillgate::offline {

// As measured_spectrum(); where the counts come from (file, provenance) is left to the caller.
proto::Result<MeasuredSpectrum> measured_histogram(const HistogramView& view, const Axes& axes);

}  // namespace spillgate::offline
