// How often the model, true with its best values, gives a χ² as bad as the observed one: by toys, each fitted
// as the data were, since with few counts per bin the deviance follows no χ² distribution.
#pragma once

#include <vector>

#include "offline/fit/minimise.hpp"
#include "offline/fit/toys.hpp"

namespace spillgate::offline::fit {

struct GoodnessOfFit {
    double chi2 = 0;  // observed
    int degrees_of_freedom = 0;
    std::vector<double> chi2_of_toys;  // converged ones, in their order
    Fraction p_value;                  // toys with a χ² at least as large
    std::uint64_t done = 0;            // toys; fewer than asked: interrupted
    std::uint64_t not_converged = 0;   // have no part in the p-value
    bool interrupted = false;
};

// Errors REFUSED: a best fit that did not converge, and those of ToySource.
proto::Result<GoodnessOfFit> goodness_of_fit(const Likelihood& likelihood, const Minimum& best,
                                             const ToyOptions& toys,
                                             const MinimiserOptions& options = toy_precision());

}  // namespace spillgate::offline::fit
