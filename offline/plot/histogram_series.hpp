// Binned contents as series: outlines, fillings, points with error bars.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// The contents of bins of equal width from min to max. A content that is not known is NaN and is not drawn.
struct Bins {
    double min = 0, max = 1;
    std::vector<double> value, error;
    double edge(std::size_t i) const {
        return min + (max - min) * static_cast<double>(i) / static_cast<double>(value.size());
    }
    double centre(std::size_t i) const { return 0.5 * (edge(i) + edge(i + 1)); }
};

Curve outline(std::string name, const Bins& bins, Colour colour);
Area filling(std::string name, const Bins& bins, double floor, Colour colour);
Points points(std::string name, const Bins& bins, Colour colour);
// Vertical bars at the centres, without points.
Curve error_bars(const Bins& bins, Colour colour);

// Room for everything with its errors, and a tenth more: from zero up for contents, from at most zero to at
// least zero for residuals; on a logarithmic axis from half an entry. Never empty.
void fit_axis(Axis& axis, std::span<const Bins> contents);

}  // namespace spillgate::offline::plot
