#include "offline/plot/profile_panel.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"
#include "offline/plot/parameter_axis.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::size_t few_points = 25;  // are marked, since a line alone hides where they are

Curve line(double x_begin, double y_begin, double x_end, double y_end, Dash dash) {
    return {{}, {x_begin, x_end}, {y_begin, y_end}, quiet_colour, 1, dash};
}

void add_levels(Panel& panel) {
    for (const int sigma : {1, 2, 3}) {
        const double level = sigma * sigma;
        if (level >= panel.y.max) break;
        panel.series.emplace_back(line(panel.x.min, level, panel.x.max, level, Dash::DASHED));
        panel.notes.push_back({panel.x.max - 0.015 * (panel.x.max - panel.x.min),
                               level + 0.025 * (panel.y.max - panel.y.min), fmt::format("{}σ", sigma),
                               Anchor::RIGHT, quiet_colour});
    }
}

}  // namespace

Panel profile_panel(const fit::Parameter& parameter, const fit::Profile& profile,
                    const fit::ProfileErrors& interval, double best) {
    Curve curve{{}, {}, {}, in_time_colour, 2, Dash::SOLID};
    double lowest = 0, highest = interval.level;
    for (const auto& point : profile.points) {
        curve.x.push_back(point.value);
        curve.y.push_back(point.delta_chi2.value_or(std::nan("")));
        if (!point.delta_chi2) continue;
        lowest = std::min(lowest, *point.delta_chi2);
        highest = std::max(highest, *point.delta_chi2);
    }
    Panel panel;
    panel.x = parameter_axis(parameter, curve.x);
    panel.y.label = "Δχ²";
    panel.y.max = 1.12 * highest;
    panel.y.min = lowest < -1e-3 ? 1.1 * lowest : 0;
    add_levels(panel);
    for (const auto& [side, sign] : {std::pair{&interval.minus, -1}, std::pair{&interval.plus, 1}}) {
        if (!side->error) continue;
        const double end = best + sign * *side->error;
        if (end > panel.x.min && end < panel.x.max)
            panel.series.emplace_back(line(end, panel.y.min, end, interval.level, Dash::DOTTED));
    }
    Points points{{}, curve.x, curve.y, curve.y, curve.y, in_time_colour};
    const bool marked = curve.x.size() <= few_points;
    panel.series.emplace_back(std::move(curve));
    if (marked) panel.series.emplace_back(std::move(points));
    return panel;
}

}  // namespace spillgate::offline::plot
