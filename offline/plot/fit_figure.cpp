#include "offline/plot/fit_figure.hpp"

#include <algorithm>
#include <cmath>

#include "offline/plot/colours.hpp"

namespace spillgate::offline::plot {

namespace {

// The range of a panel of pulls, unless one is larger.
constexpr double usual_pull = 4;

void draw_counts(FitPlot& plot, Figure& figure) {
    Panel panel;
    panel.x = plot.x;
    panel.y.label = plot.counts_label;
    panel.y.logarithmic = plot.logarithmic;
    panel.height = 2.4;
    fit_axis(panel.y, std::span(&plot.data, 1));
    panel.text = plot.result;
    panel.series.emplace_back(points("data", plot.data, text_colour));
    for (auto& component : plot.components)
        panel.series.emplace_back(std::move(component));
    if (!plot.fit.x.empty()) panel.series.emplace_back(std::move(plot.fit));
    figure.panels.push_back(std::move(panel));
}

// (n − μ)/√μ, with bars of one.
void draw_pulls(const FitPlot& plot, Figure& figure) {
    Bins pulls{plot.data.min, plot.data.max, {}, {}};
    double largest = usual_pull;
    for (std::size_t i = 0; i < plot.data.value.size(); ++i) {
        const double expected = plot.expected[i];
        pulls.value.push_back(expected > 0 ? (plot.data.value[i] - expected) / std::sqrt(expected)
                                           : std::nan(""));
        pulls.error.push_back(1);
        if (expected > 0) largest = std::max(largest, std::abs(pulls.value.back()) + 1);
    }
    Panel panel;
    panel.x = plot.x;
    panel.y.label = "Pull";
    panel.y.min = -1.1 * largest;
    panel.y.max = 1.1 * largest;
    panel.series.emplace_back(Curve{{}, {plot.x.min, plot.x.max}, {0, 0}, quiet_colour, 1.2, Dash::DASHED});
    panel.series.emplace_back(points({}, pulls, text_colour));
    figure.panels.back().x.bare = true;
    figure.panels.push_back(std::move(panel));
}

}  // namespace

Figure fit_figure(FitPlot plot) {
    plot.data.error.clear();
    for (const double count : plot.data.value)
        plot.data.error.push_back(std::sqrt(count));
    Figure figure;
    figure.title = plot.title;
    figure.lines = plot.lines;
    figure.footer = plot.footer;
    figure.simulated = plot.simulated;
    const bool fitted = !plot.fit.x.empty();
    draw_counts(plot, figure);
    if (fitted) draw_pulls(plot, figure);
    return figure;
}

}  // namespace spillgate::offline::plot
