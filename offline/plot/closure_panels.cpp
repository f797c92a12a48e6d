#include "offline/plot/closure_panels.hpp"

#include <algorithm>
#include <cmath>

#include "offline/plot/colours.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr double coverage_of_one_sigma = 68.27;  // %

Axis names_axis(std::span<const fit::Parameter> parameters, const fit::Closure& found) {
    Axis axis;
    axis.min = 0.5;
    axis.max = static_cast<double>(std::max<std::size_t>(found.parameters.size(), 1)) + 0.5;
    for (std::size_t i = 0; i < found.parameters.size(); ++i)
        axis.names.emplace_back(static_cast<double>(i) + 1, parameters[found.parameters[i].parameter].name);
    return axis;
}

Curve level(const Axis& x, double y, Dash dash) {
    return {{}, {x.min, x.max}, {y, y}, quiet_colour, 1, dash};
}

void add(Points& points, double x, double y, double error) {
    points.x.push_back(x);
    points.y.push_back(y);
    points.low.push_back(y - error);
    points.high.push_back(y + error);
}

}  // namespace

std::vector<Panel> closure_panels(std::span<const fit::Parameter> parameters, const fit::Closure& found) {
    Points means{"mean", {}, {}, {}, {}, in_time_colour}, widths{"width", {}, {}, {}, {}, peak_colour};
    Points coverage{{}, {}, {}, {}, {}, in_time_colour};
    double farthest = 1.3, lowest = 60, highest = 77;
    for (std::size_t i = 0; i < found.parameters.size(); ++i) {
        const auto& of = found.parameters[i];
        const double x = static_cast<double>(i) + 1;
        if (of.pulls > 1) {
            // Beside each other, so that neither hides the other.
            add(means, x - 0.06, of.pull_mean, of.pull_mean_error);
            add(widths, x + 0.06, of.pull_width, of.pull_width_error);
            farthest = std::max({farthest, 1.2 * std::abs(of.pull_mean), 1.2 * of.pull_width});
        }
        if (of.coverage.all == 0) continue;
        const double percent = 100 * of.coverage.value(), error = 100 * of.coverage.error();
        add(coverage, x, percent, error);
        lowest = std::min(lowest, percent - 1.5 * error);
        highest = std::max(highest, percent + 1.5 * error);
    }
    Panel pulls, covered;
    pulls.x = names_axis(parameters, found);
    pulls.x.bare = true;
    pulls.y.label = "Pulls";
    pulls.y.min = -0.4 * farthest;
    pulls.y.max = farthest;
    for (const double y : {0.0, 1.0})
        pulls.series.emplace_back(level(pulls.x, y, Dash::DASHED));
    pulls.series.emplace_back(std::move(means));
    pulls.series.emplace_back(std::move(widths));
    covered.x = names_axis(parameters, found);
    covered.y = {.label = "Coverage of 1σ", .unit = "%", .min = lowest, .max = highest, .names = {}};
    covered.series.emplace_back(level(covered.x, coverage_of_one_sigma, Dash::DASHED));
    covered.series.emplace_back(std::move(coverage));
    return {std::move(pulls), std::move(covered)};
}

}  // namespace spillgate::offline::plot
