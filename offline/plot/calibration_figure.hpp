// Figures of a calibration file of any kind: one page per slice, its data with its fit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/calibration/calibration_file.hpp"
#include "offline/plot/figure.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

struct CalibrationFigureOptions {
    std::string channel;            // empty: all
    std::optional<unsigned> slice;  // the n-th of those, from 1; unset: all
    bool logarithmic = false;       // axis of counts
};

// Errors: NOT_FOUND (no such channel or slice; the message says which there are), REFUSED (a slice whose
// spectrum is not in the file: written before files held it).
proto::Result<std::vector<Figure>> calibration_figures(const Calibration& calibration,
                                                       const CalibrationFigureOptions& options);

}  // namespace spillgate::offline::plot
