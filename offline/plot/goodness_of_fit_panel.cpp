#include "offline/plot/goodness_of_fit_panel.hpp"

#include <algorithm>
#include <cmath>

#include "offline/plot/colours.hpp"

namespace spillgate::offline::plot {

Panel goodness_of_fit_panel(const fit::GoodnessOfFit& found) {
    const auto [lowest, highest] = std::ranges::minmax(found.chi2_of_toys);
    const double low = std::min(lowest, found.chi2), high = std::max(highest, found.chi2);
    const double space = high > low ? 0.05 * (high - low) : 1;
    Panel panel;
    panel.x.label = "χ²";
    panel.x.min = low - space;
    panel.x.max = high + space;
    panel.y.label = "Toys";
    const auto bins = static_cast<std::size_t>(
        std::clamp(std::sqrt(static_cast<double>(found.chi2_of_toys.size())), 10.0, 60.0));
    const double width = (panel.x.max - panel.x.min) / static_cast<double>(bins);
    std::vector<double> counts(bins, 0);
    for (const double chi2 : found.chi2_of_toys)
        ++counts[std::min(bins - 1, static_cast<std::size_t>((chi2 - panel.x.min) / width))];
    Area toys{"toys", {}, {}, {}, faded(in_time_colour, 0.5)};
    for (std::size_t i = 0; i < bins; ++i)
        for (const std::size_t edge : {i, i + 1}) {
            toys.x.push_back(panel.x.min + static_cast<double>(edge) * width);
            toys.low.push_back(0);
            toys.high.push_back(counts[i]);
        }
    panel.y.max = 1.15 * std::ranges::max(counts);
    panel.series.emplace_back(std::move(toys));
    panel.series.emplace_back(
        Curve{"data", {found.chi2, found.chi2}, {0, panel.y.max}, peak_colour, 2.5, Dash::SOLID});
    return panel;
}

}  // namespace spillgate::offline::plot
