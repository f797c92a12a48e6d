// Slow and robust: NLopt's subspace simplex (T. Rowan, 1990), which asks nothing of χ² but values. For where
// Fisher scoring does not converge: models with kinks, starts far away.
#pragma once

#include <cstddef>
#include <span>

#include "offline/fit/likelihood.hpp"

namespace spillgate::offline::fit {

struct SimplexOutcome {
    bool settled = false;  // it stopped by itself, not for lack of evaluations
    double chi2 = 0;       // infinite: no point with a prediction was found
    std::size_t evaluations = 0;
};

// Moves `values` (of all parameters, within limits) to the lowest point it finds in the parameters `varied`,
// starting with steps of `steps` × each parameter's scale. Never increases χ².
SimplexOutcome simplex_search(const Likelihood& likelihood, std::span<const std::size_t> varied,
                              std::span<double> values, double steps, std::size_t most_evaluations,
                              Workspace& workspace);

}  // namespace spillgate::offline::fit
