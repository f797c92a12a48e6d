// Maps of two-dimensional contents, and the range of their colours.
#pragma once

#include <span>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// `values` with the x axis slowest, as spectra store them.
HeatMap heat_map(std::span<const double> values, std::size_t columns, std::size_t rows);

// From zero to `highest`.
void scale_counts(HeatMap& map, double highest);
// Logarithmic, from the power of ten at or below `lowest` > 0 up; empty cells stay white.
void scale_counts_logarithmic(HeatMap& map, double lowest, double highest);

// As far below zero as above, so that white is zero.
void scale_residual(HeatMap& map);

}  // namespace spillgate::offline::plot
