// Where a scan of a parameter should go when nobody says: as far as its profile rises to a level.
#pragma once

#include <cstddef>
#include <vector>

#include "offline/fit/fit_result.hpp"

namespace spillgate::offline::fit {

struct ScanRange {
    double from = 0, to = 0;
};

// To where Δχ² reaches `level` on either side, times `margin`, within the parameter's limits. A side on which
// it does not, ends at the limit or with the prediction; one that cannot be followed, √level times the
// parameter's error away. Errors REFUSED: those of profile_errors(); no error and no end is known.
proto::Result<ScanRange> scan_range(const Likelihood& likelihood, const FitResult& fitted,
                                    std::size_t parameter, double level, double margin, Workspace& workspace);

// n ≥ 3 ascending values over the range that have the best one among them, evenly spaced on each side of it.
std::vector<double> grid_through(double best, const ScanRange& range, std::size_t n);

}  // namespace spillgate::offline::fit
