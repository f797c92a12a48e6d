#include "offline/plot/experiment_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::array component_colours{in_time_colour, anti_coincident_colour, residual_colour,
                                       no_beam_colour, peak_colour};

std::vector<double> projected(const Axes& axes, std::span<const double> counts, bool on_time) {
    std::vector<double> out(on_time ? axes.t_rec.bins() : axes.size.bins(), 0);
    const std::size_t per_size = axes.f90_bins() * axes.t_rec.bins();
    for (std::size_t i = 0; i < counts.size(); ++i)
        out[on_time ? i % axes.t_rec.bins() : i / per_size] += counts[i];
    return out;
}

// Two points for each bin, so that a bin of any width is flat.
Area step(const std::string& name, const offline::Axis& axis, std::span<const double> low,
          std::span<const double> high, Colour colour) {
    Area area{name, {}, {}, {}, colour};
    for (std::size_t i = 0; i < axis.bins(); ++i)
        for (const double edge : {axis.edges[i], axis.edges[i + 1]}) {
            area.x.push_back(edge);
            area.low.push_back(low[i]);
            area.high.push_back(high[i]);
        }
    return area;
}

Points data_points(const offline::Axis& axis, std::span<const double> width, std::span<const double> counts) {
    Points points{"data", {}, {}, {}, {}, text_colour};
    for (std::size_t i = 0; i < axis.bins(); ++i) {
        const double error = std::sqrt(counts[i]);
        points.x.push_back((axis.edges[i] + axis.edges[i + 1]) / 2);
        points.y.push_back(counts[i] / width[i]);
        points.low.push_back((counts[i] - error) / width[i]);
        points.high.push_back((counts[i] + error) / width[i]);
    }
    return points;
}

Panel projection(const ExperimentModel& model, std::span<const double> values, std::span<const double> data,
                 bool on_time) {
    const auto& axes = model.axes();
    const auto& axis = on_time ? axes.t_rec : axes.size;
    Panel panel;
    panel.x.label = on_time ? "t_rec" : "Size";
    panel.x.unit = on_time ? "µs" : axis.unit;
    panel.x.min = axis.edges.front();
    panel.x.max = axis.edges.back();
    panel.y.label = fmt::format("Counts per {}", panel.x.unit);
    // Bins of unequal width are only comparable per unit of the axis.
    std::vector<double> width, below(axis.bins(), 0);
    for (std::size_t i = 0; i < axis.bins(); ++i)
        width.push_back(axis.edges[i + 1] - axis.edges[i]);
    auto names = model.components();
    std::ranges::reverse(names);  // the signal on top
    double highest = 0;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const auto counts = projected(axes, model.component(names[k], values), on_time);
        auto above = below;
        for (std::size_t i = 0; i < above.size(); ++i)
            above[i] += counts[i] / width[i];
        const std::size_t colour = (names.size() - 1 - k) % component_colours.size();
        panel.series.emplace_back(step(names[k] == "cevns" ? "CEvNS" : names[k], axis, below, above,
                                       faded(component_colours[colour], 0.6)));
        below = std::move(above);
    }
    highest = *std::ranges::max_element(below);
    if (!data.empty()) {
        auto points = data_points(axis, width, projected(axes, data, on_time));
        highest = std::max(highest, *std::ranges::max_element(points.high));
        panel.series.emplace_back(std::move(points));
    }
    panel.y.max = highest > 0 ? 1.15 * highest : 1;
    return panel;
}

}  // namespace

Figure experiment_page(const LoadedExperiment& experiment) {
    Figure figure;
    figure.title = experiment.config.title();
    figure.simulated = experiment.own && experiment.own->provenance.simulated;
    const auto& source = experiment.config.source();
    figure.lines = {fmt::format("{:.4g} kg {} at {:.4g} m · {:.3e} POT", experiment.config.target().mass_kg(),
                                experiment.config.target().material(), source.distance_m(), source.pot())};
    figure.footer = fmt::format("experiment {}", experiment.sha256.substr(0, 12));
    return figure;
}

Figure experiment_figure(const LoadedExperiment& experiment, const ExperimentModel& model,
                         std::span<const double> values, std::span<const double> data,
                         std::vector<std::string> result) {
    auto figure = experiment_page(experiment);
    figure.panels.push_back(projection(model, values, data, false));
    if (std::isfinite(model.axes().t_rec.edges.front()))
        figure.panels.push_back(projection(model, values, data, true));
    figure.panels.front().text = std::move(result);
    if (figure.panels.size() > 1) figure.height = 1000;
    return figure;
}

}  // namespace spillgate::offline::plot
