#include "offline/plot/contour_panel.hpp"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"
#include "offline/plot/parameter_axis.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::array level_colours{in_time_colour, residual_colour, anti_coincident_colour};

// Whether the line between two points runs along the edge of what was looked at: no border of the region.
bool along_edge(const Panel& panel, const fit::ContourPoint& a, const fit::ContourPoint& b) {
    const auto on = [](double edge, double first, double second) { return first == edge && second == edge; };
    return on(panel.x.min, a.x, b.x) || on(panel.x.max, a.x, b.x) || on(panel.y.min, a.y, b.y) ||
           on(panel.y.max, a.y, b.y);
}

Curve border(const Panel& panel, const fit::Polygon& polygon, std::string name, Colour colour) {
    Curve curve{std::move(name), {}, {}, colour, 2.2, Dash::SOLID};
    const auto add = [&](double x, double y) {
        curve.x.push_back(x);
        curve.y.push_back(y);
    };
    const auto& points = polygon.points;
    for (std::size_t i = 0; i <= points.size(); ++i) {
        const auto& point = points[i % points.size()];
        if (i > 0 && along_edge(panel, points[i - 1], point)) add(point.x, std::nan(""));
        add(point.x, point.y);
    }
    return curve;
}

}  // namespace

Panel contour_panel(const fit::Parameter& x, const fit::Parameter& y, const fit::ContourMap& map,
                    std::span<const fit::Contour> contours, fit::ContourPoint best) {
    Panel panel;
    panel.x = parameter_axis(x, map.x);
    panel.y = parameter_axis(y, map.y);
    for (std::size_t i = 0; i < contours.size(); ++i) {
        // One entry in the legend for all polygons of a level.
        std::string name = fmt::format("{}σ", i + 1);
        for (const auto& polygon : contours[i].polygons)
            panel.series.emplace_back(
                border(panel, polygon, std::exchange(name, {}), level_colours[i % level_colours.size()]));
    }
    panel.series.emplace_back(Points{"best fit", {best.x}, {best.y}, {best.y}, {best.y}, text_colour, 1.2});
    return panel;
}

}  // namespace spillgate::offline::plot
