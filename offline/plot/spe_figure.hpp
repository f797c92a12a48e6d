// SPE calibrations: each slice's charge spectrum with its fit, and the SPE charge over time.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/calibration_figure.hpp"
#include "offline/plot/figure.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline::plot {

using SpeFigureOptions = CalibrationFigureOptions;

// One page per slice. Errors: NOT_FOUND (no such channel or slice; the message says which there are), REFUSED
// (a slice whose spectrum is not in the file: written before files held it).
proto::Result<std::vector<Figure>> spe_figures(const wire::SpeCalibration& calibration,
                                               const SpeFigureOptions& options);

// The SPE charge and χ²/ndof of the fitted slices over time, one series per channel. Errors: NOT_FOUND,
// REFUSED (no slice was fitted).
proto::Result<Figure> spe_trend(const wire::SpeCalibration& calibration, const SpeFigureOptions& options);

}  // namespace spillgate::offline::plot
