// HPGe calibrations: the energy spectrum on the fitted scale with its lines and how far they lie from it, and
// a page for the fit of each line.
#pragma once

#include <vector>

#include "offline/plot/calibration_figure.hpp"
#include "offline/plot/figure.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline::plot {

// The pages of each slice in turn. Errors: NOT_FOUND (no such channel or slice; the message says which there
// are), REFUSED (a slice that was not fitted: there is no scale to draw on).
proto::Result<std::vector<Figure>> hpge_figures(const wire::HpgeCalibration& calibration,
                                                const CalibrationFigureOptions& options);

}  // namespace spillgate::offline::plot
