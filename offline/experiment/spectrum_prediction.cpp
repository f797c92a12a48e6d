#include "offline/experiment/spectrum_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "offline/experiment/experiment_model.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

constexpr double endless = std::numeric_limits<double>::infinity();

// One variable as a spectrum has it: its bins, or one range where it is no axis, and the model's bins inside.
struct Variable {
    std::string name;
    std::optional<int> axis;  // of the spectrum
    double min = -endless, max = endless;
    std::vector<double> edges;      // of the model's axis; empty: not bounded at all
    std::vector<std::size_t> bins;  // of the spectrum's axis, for each of the model's bins
};

void cut(Variable& variable, const google::protobuf::RepeatedPtrField<config::Cut>& cuts) {
    for (const auto& one : cuts) {
        if (one.variable() != variable.name) continue;
        if (one.has_min()) variable.min = std::max(variable.min, one.min());
        if (one.has_max()) variable.max = std::min(variable.max, one.max());
    }
}

// The axis' bins as far as the cuts let them.
void take_axis(Variable& variable, const config::Axis& axis) {
    const auto edge = [&](std::uint32_t bin) {
        return axis.min() + (axis.max() - axis.min()) * bin / axis.bins();
    };
    for (std::uint32_t bin = 0; bin < axis.bins(); ++bin) {
        const double low = std::max(edge(bin), variable.min);
        const double high = std::min(edge(bin + 1), variable.max);
        if (!(low < high)) continue;
        if (variable.edges.empty()) variable.edges.push_back(low);
        variable.edges.push_back(high);
        variable.bins.push_back(bin);
    }
}

Variable variable_of(std::string name, const config::Spectrum& spectrum, const config::Config& config) {
    Variable variable;
    variable.name = std::move(name);
    cut(variable, spectrum.cut());
    for (const auto& selection : config.selection())
        if (selection.name() == spectrum.selection()) cut(variable, selection.cut());
    for (int i = 0; i < spectrum.axis_size(); ++i) {
        if (spectrum.axis(i).variable() != variable.name) continue;
        variable.axis = i;
        take_axis(variable, spectrum.axis(i));
    }
    return variable;
}

// Bounded by cuts alone, or by `low` and `high`.
void take_range(Variable& variable, double low, double high) {
    if (variable.axis) return;
    variable.edges = {std::isfinite(variable.min) ? variable.min : low,
                      std::isfinite(variable.max) ? variable.max : high};
    variable.bins = {0};
}

void put(const std::vector<double>& edges, config::BinEdges& to) {
    to.Clear();
    for (const double edge : edges)
        to.add_edge(edge);
}

Result<const config::Spectrum*> find(const config::Config& config, std::string_view name) {
    const auto found = std::ranges::find(config.spectrum(), name, &config::Spectrum::name);
    if (found == config.spectrum().end())
        return error(ErrorKind::CONFIG, fmt::format("there is no spectrum \"{}\"", name));
    return &*found;
}

// The counts of the model's bins in those of the spectrum.
std::vector<double> placed(const std::vector<double>& counts, const config::Spectrum& spectrum,
                           const Variable& size, const Variable& time) {
    std::size_t all = 1;
    for (const auto& axis : spectrum.axis())
        all *= axis.bins();
    std::vector<double> out(all, 0);
    for (std::size_t s = 0; s < size.bins.size(); ++s)
        for (std::size_t t = 0; t < time.bins.size(); ++t) {
            std::size_t at = 0;
            for (int i = 0; i < spectrum.axis_size(); ++i)
                at = at * spectrum.axis(i).bins() + (size.axis == i ? size.bins[s] : time.bins[t]);
            out[at] += counts[s * time.bins.size() + t];
        }
    return out;
}

}  // namespace

Result<std::vector<double>> predicted_per_proton(const LoadedExperiment& experiment, const DataFolder& folder,
                                                 const config::Config& config, std::string_view name) {
    const auto refused = [&](const std::string& why) {
        return error(ErrorKind::CONFIG, fmt::format("spectrum \"{}\" has no prediction: {}", name, why));
    };
    const auto spectrum = find(config, name);
    if (!spectrum) return spectrum.error();
    LoadedExperiment shaped = experiment;
    auto& axes = *shaped.config.mutable_axes();
    if (shaped.config.has_signal_shape())
        return refused("the experiment's signal has released bins of its own");
    if (shaped.config.target().material() == "D2O") return refused("heavy water has no CEvNS here");
    if (axes.size_unit() == config::KEVNR) return refused("no chain gives the recoil energy itself");
    auto size = variable_of(axes.size_unit() == config::PE ? "pe" : "energy_kev", **spectrum, config);
    auto time = variable_of("t_rec_us", **spectrum, config);
    for (const auto& axis : (*spectrum)->axis())
        if (axis.variable() != size.name && axis.variable() != time.name)
            return refused(fmt::format("the experiment does not predict {}", axis.variable()));
    const auto own = make_axes(axes);
    if (!own) return error(own.error().kind, fmt::format("{}: {}", experiment.path, own.error().message));
    take_range(size, 0, own->size.edges.back());
    const bool timed = time.axis || std::isfinite(time.min) || std::isfinite(time.max);
    if (timed) take_range(time, 0, 1e6);
    if (size.edges.size() < 2 || (timed && time.edges.size() < 2)) return refused("its cuts leave nothing");
    put(size.edges, *axes.mutable_size());
    axes.clear_t_rec_us();
    if (timed) put(time.edges, *axes.mutable_t_rec_us());
    if (!timed) time.bins = {0};
    shaped.config.clear_background();
    const auto model = ExperimentModel::make(shaped, folder, std::nullopt);
    if (!model)
        return error(model.error().kind, fmt::format("{}: {}", experiment.path, model.error().message));
    auto counts = placed(model->component("cevns", model->starts()), **spectrum, size, time);
    for (auto& count : counts)
        count /= shaped.config.source().pot();
    return counts;
}

}  // namespace spillgate::offline
