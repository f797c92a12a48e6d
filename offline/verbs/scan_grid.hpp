// At which values a verb looks at a parameter.
#pragma once

#include <cstddef>
#include <vector>

#include "offline/fit/fit_result.hpp"
#include "offline/verbs/value_grid.hpp"

namespace spillgate::offline {

// How far a scan goes by itself: to where Δχ² is `level`, times `margin`, with so many points.
struct UsualScan {
    double level = 9;
    double margin = 1;
    std::size_t points = 31;
    std::size_t fewest = 1;  // of values that may be asked for
};

// Those asked for, in ascending order, each once; if none were, the usual ones. Errors: CONFIG (a value
// outside the parameter's limits, too few of them); REFUSED (a best fit that did not converge); those of
// fit::scan_range().
proto::Result<std::vector<double>> scan_grid(const ValueGrid& asked, const UsualScan& usual,
                                             const fit::Likelihood& likelihood, const fit::FitResult& fitted,
                                             std::size_t parameter);

}  // namespace spillgate::offline
