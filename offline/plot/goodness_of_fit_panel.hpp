// How the χ² of toys are distributed, and where that of the data is.
#pragma once

#include "offline/fit/goodness_of_fit.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Of one toy at least.
Panel goodness_of_fit_panel(const fit::GoodnessOfFit& found);

}  // namespace spillgate::offline::plot
