#include "offline/plot/histogram_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillgate::offline::plot {

Curve outline(std::string name, const Bins& bins, Colour colour) {
    Curve curve;
    curve.name = std::move(name);
    curve.colour = colour;
    for (std::size_t i = 0; i < bins.value.size(); ++i)
        for (const auto edge : {i, i + 1}) {
            curve.x.push_back(bins.edge(edge));
            curve.y.push_back(bins.value[i]);
        }
    return curve;
}

Area filling(std::string name, const Bins& bins, double floor, Colour colour) {
    Area area;
    area.name = std::move(name);
    area.colour = colour;
    auto top = outline({}, bins, colour);
    area.x = std::move(top.x);
    area.high = std::move(top.y);
    area.low.assign(area.x.size(), floor);
    return area;
}

Points points(std::string name, const Bins& bins, Colour colour) {
    Points out;
    out.name = std::move(name);
    out.colour = colour;
    for (std::size_t i = 0; i < bins.value.size(); ++i) {
        out.x.push_back(bins.centre(i));
        out.y.push_back(bins.value[i]);
        out.low.push_back(bins.value[i] - bins.error[i]);
        out.high.push_back(bins.value[i] + bins.error[i]);
    }
    return out;
}

Curve error_bars(const Bins& bins, Colour colour) {
    Curve curve;
    curve.colour = colour;
    constexpr double pause = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < bins.value.size(); ++i) {
        const double x = bins.centre(i);
        curve.x.insert(curve.x.end(), {x, x, x});
        curve.y.insert(curve.y.end(), {bins.value[i] - bins.error[i], bins.value[i] + bins.error[i], pause});
    }
    return curve;
}

void fit_axis(Axis& axis, std::span<const Bins> contents) {
    double lowest = 0;
    double highest = 0;
    for (const auto& bins : contents)
        for (std::size_t i = 0; i < bins.value.size(); ++i) {
            if (!std::isfinite(bins.value[i])) continue;
            lowest = std::min(lowest, bins.value[i] - bins.error[i]);
            highest = std::max(highest, bins.value[i] + bins.error[i]);
        }
    if (axis.logarithmic) {
        axis.min = 0.5;
        axis.max = std::max(2 * highest, 2.0);
        return;
    }
    if (lowest == 0 && highest == 0) highest = 1;
    const double room = 0.1 * (highest - lowest);
    axis.min = lowest < 0 ? lowest - room : 0;
    axis.max = highest + room;
}

}  // namespace spillgate::offline::plot
