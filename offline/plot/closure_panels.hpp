// Pulls and coverage of each parameter in a closure test.
#pragma once

#include <span>
#include <vector>

#include "offline/fit/closure.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Above, mean and width of the pulls; below, the coverage of 1σ intervals; both with what is expected.
// `parameters`: those of the likelihood.
std::vector<Panel> closure_panels(std::span<const fit::Parameter> parameters, const fit::Closure& found);

}  // namespace spillgate::offline::plot
