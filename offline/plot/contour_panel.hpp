// Confidence regions of two parameters.
#pragma once

#include <span>

#include "offline/fit/contour.hpp"
#include "offline/fit/model.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Borders of the regions, the innermost first, named 1σ, 2σ, …, and the best fit. A region that goes on
// beyond the grid is open there.
Panel contour_panel(const fit::Parameter& x, const fit::Parameter& y, const fit::ContourMap& map,
                    std::span<const fit::Contour> contours, fit::ContourPoint best);

}  // namespace spillgate::offline::plot
