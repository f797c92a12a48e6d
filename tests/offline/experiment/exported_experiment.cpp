#include "tests/offline/experiment/exported_experiment.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "offline/experiment/arrival_fractions.hpp"
#include "offline/fit/profile.hpp"
#include "tests/offline/fit/exported_likelihood.hpp"

namespace spillgate::offline::test {

namespace {

namespace json = boost::json;

struct TableAxis {
    std::size_t parameter = 0;
    std::vector<double> nodes;
};

// Chebyshev's nodes: a polynomial through them is nowhere far from a smooth function.
std::vector<double> chebyshev(double low, double high, int n) {
    std::vector<double> nodes;
    for (int i = n; i-- > 0;)
        nodes.push_back(0.5 * (low + high) + 0.5 * (high - low) * std::cos(M_PI * (i + 0.5) / n));
    return nodes;
}

// The parameters that the signal's spectrum by size depends on, over what MINOS may visit.
std::vector<TableAxis> size_axes(const ExperimentModel& model) {
    std::vector<TableAxis> axes;
    const auto parameters = model.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& [name, pull] = std::pair(parameters[i].name, parameters[i].pull);
        if (!parameters[i].free) continue;
        if (name == "R_n") axes.push_back({i, chebyshev(3.2, 8, 13)});
        if (name == "quenching")
            axes.push_back({i, chebyshev(-3 * pull->sigma_minus, 3 * pull->sigma_plus, 13)});
        if (name.starts_with("quenching_")) axes.push_back({i, chebyshev(-3, 3, 7)});
        if (name == "efficiency") axes.push_back({i, {-1, 0, 1}});  // a parabola by definition
    }
    return axes;
}

// Every combination of the axes' nodes, the last axis fastest.
void visit(const std::vector<TableAxis>& axes, std::vector<double>& values, const auto& at_node,
           std::size_t axis = 0) {
    if (axis == axes.size()) return at_node();
    for (const double node : axes[axis].nodes) {
        values[axes[axis].parameter] = node;
        visit(axes, values, at_node, axis + 1);
    }
}

// Of a signal that is computed: prompt and delayed, by size and by time.
json::array computed_parts(const Analysis& analysis, const ExperimentModel& model,
                           const std::vector<TableAxis>& axes, const std::vector<TableAxis>& times,
                           const std::string& data) {
    std::vector<double> size[2], time[2];
    const auto& signal = model.signal();
    auto scratch = signal.scratch();
    auto values = model.starts();
    const auto at = [&](const char* name) {
        const auto index = model.index_of(name);
        return index ? values[*index] : 0.0;
    };
    visit(axes, values, [&] {
        auto point = signal.nominal();
        if (model.parameters()[*model.index_of("R_n")].free)
            std::ranges::fill(point.neutron_rms_fm, at("R_n"));
        point.pulls = {{at("quenching"), {at("quenching_1"), at("quenching_2")}}, at("efficiency")};
        REQUIRE(signal.prepare(point, scratch));
        signal.project(Signal::By::NOTHING, {}, scratch);
        size[0].insert(size[0].end(), scratch.room.prompt.begin(), scratch.room.prompt.end());
        size[1].insert(size[1].end(), scratch.room.delayed.begin(), scratch.room.delayed.end());
    });
    const auto& config = analysis.experiment.config;
    const auto arrival = ArrivalFractions::make(config.source(), config.response(), model.axes().t_rec,
                                                DataFolder(data, config.data()))
                             .value();
    auto fractions = arrival.room();
    visit(times, values, [&] {
        arrival.fill(at("onset_ns"), fractions);
        time[0].insert(time[0].end(), fractions.prompt.begin(), fractions.prompt.end());
        time[1].insert(time[1].end(), fractions.delayed.begin(), fractions.delayed.end());
    });
    json::array parts;
    for (const int part : {0, 1})
        parts.push_back({{"size", json::value_from(size[part])}, {"time", json::value_from(time[part])}});
    return parts;
}

// Of a released shape, which the computed signal moves: all bins as one size, and one time.
json::array released_part(const ExperimentModel& model, const std::vector<TableAxis>& axes) {
    std::vector<double> bins;
    auto values = model.starts();
    visit(axes, values, [&] {
        const auto counts = model.component("cevns", values);
        bins.insert(bins.end(), counts.begin(), counts.end());
    });
    return {{{"size", json::value_from(bins)}, {"time", json::array{1.0}}}};
}

json::array axes_json(const std::vector<TableAxis>& axes) {
    json::array out;
    for (const auto& axis : axes)
        out.push_back({{"parameter", axis.parameter}, {"nodes", json::value_from(axis.nodes)}});
    return out;
}

json::object signal_of(const Analysis& analysis, const ExperimentModel& model, const std::string& data) {
    const auto parameters = model.parameters();
    const auto axes = size_axes(model);
    std::vector<TableAxis> times;
    if (const auto onset = model.index_of("onset_ns"); onset && parameters[*onset].free)
        times.push_back({*onset, fit::grid_of(-300, 300, 301)});
    json::array factors;
    for (const auto* name : {"flux", "efficiency_scale"})
        factors.emplace_back(*model.index_of(name));
    const bool yield = parameters.front().free;
    const bool released = analysis.experiment.config.signal_shape().has_table();
    return {
        {"size_axes", axes_json(axes)},
        {"time_axes", axes_json(times)},
        {"parts", released ? released_part(model, axes) : computed_parts(analysis, model, axes, times, data)},
        {"factors", std::move(factors)},
        {"events", yield ? json::value(0) : json::value(nullptr)}};
}

// Where the tables' polynomials are furthest from their nodes: anywhere within two standard deviations.
json::array checks_of(const ExperimentModel& model) {
    json::array checks;
    std::mt19937_64 generator(7);
    std::uniform_real_distribution<double> anywhere(-2, 2);
    const auto scratch = model.scratch();
    for (int check = 0; check < 20; ++check) {
        auto values = model.starts();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto& parameter = model.parameters()[i];
            if (!parameter.free) continue;
            const double sigma = parameter.name == "R_n" ? 0.5 : fit::scale_of(parameter);
            values[i] = std::max(parameter.lower, values[i] + sigma * anywhere(generator));
        }
        std::vector<double> counts(model.bins());
        model.expected(values, *scratch, counts);
        checks.push_back({{"values", json::value_from(values)}, {"counts", json::value_from(counts)}});
    }
    return checks;
}

}  // namespace

std::string exported(const Analysis& analysis, const ExperimentModel& model,
                     const fit::Likelihood& likelihood, const std::string& data) {
    auto text = tests::exported_data(likelihood);
    for (auto& parameter : text["parameters"].as_array())
        parameter.as_object()["lower"] = parameter.as_object()["upper"] = nullptr;
    const auto components = model.components();
    auto one = model.starts();
    json::array templates;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const auto& name = model.parameters()[i].name;
        std::vector<double> counts(model.bins(), 0);
        one[i] = 1;
        if (i > 0 && std::ranges::find(components, name) != components.end())
            counts = model.component(name, one);
        templates.push_back(json::value_from(counts));
    }
    text["constant"] = json::value_from(std::vector<double>(model.bins(), 0));
    text["templates"] = std::move(templates);
    text["products"] = json::array{};
    text["signal"] = signal_of(analysis, model, data);
    text["checks"] = checks_of(model);
    return json::serialize(text);
}

}  // namespace spillgate::offline::test
