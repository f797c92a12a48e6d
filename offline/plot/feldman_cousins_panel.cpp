#include "offline/plot/feldman_cousins_panel.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"
#include "offline/plot/parameter_axis.hpp"

namespace spillgate::offline::plot {

Panel feldman_cousins_panel(const fit::Parameter& parameter, const fit::FeldmanCousins& found) {
    Curve data{"data", {}, {}, in_time_colour, 2, Dash::SOLID};
    Points critical{fmt::format("critical at {:g} %", 100 * found.level), {}, {}, {}, {}, peak_colour};
    std::vector<double> tested;
    double highest = 0;
    for (const auto& value : found.tested) {
        tested.push_back(value.value);
        if (!value.valid) continue;
        data.x.push_back(value.value);
        data.y.push_back(value.delta_chi2);
        critical.x.push_back(value.value);
        critical.y.push_back(value.critical);
        critical.low.push_back(value.critical_low);
        critical.high.push_back(value.critical_high);
        highest = std::max({highest, value.delta_chi2, value.critical_high});
    }
    Panel panel;
    panel.x = parameter_axis(parameter, tested);
    // So that the first and last values stand clear of the frame.
    const double space = 0.03 * (panel.x.max - panel.x.min);
    panel.x.min -= space;
    panel.x.max += space;
    panel.y.label = "Δχ²";
    panel.y.max = highest > 0 ? 1.12 * highest : 1;
    std::string name = "accepted";
    for (const auto& interval : found.intervals)
        panel.series.emplace_back(Area{std::exchange(name, {}),
                                       {interval.low, interval.high},
                                       {0, 0},
                                       {panel.y.max, panel.y.max},
                                       faded(residual_colour, 0.18)});
    panel.series.emplace_back(std::move(data));
    panel.series.emplace_back(std::move(critical));
    return panel;
}

}  // namespace spillgate::offline::plot
