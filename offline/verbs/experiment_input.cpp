#include "offline/verbs/experiment_input.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace spillgate::offline {

namespace json = boost::json;
using proto::Result;

namespace {

// Without such a background, what is steady in C would be taken for signal.
proto::Status check_steady_state(const LoadedExperiment& experiment, const std::vector<double>& counts) {
    const auto& backgrounds = experiment.config.background();
    const double events = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (events == 0 ||
        std::ranges::any_of(backgrounds, [](const auto& one) { return one.has_steady_state(); }))
        return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("{}: the spectra have {:.0f} anti-coincident events in the axes, and the experiment no "
                    "background with a steady_state that stands for them in C",
                    experiment.path, events));
}

}  // namespace

fit::Statistic OpenedExperiment::statistic() const {
    return experiment.config.statistic() == config::CHI2 ? fit::Statistic::CHI2_COUNTS
                                                         : fit::Statistic::POISSON;
}

Result<fit::Likelihood> OpenedExperiment::likelihood() const {
    if (experiment.own && experiment.own->sealed)
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{}: the runs are blinded, and their coincident counts are sealed: {}",
                        experiment.own->file, experiment.own->why_sealed));
    if (!observed)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{} is a projection: it has no data that could be fitted", experiment.path));
    return fit::Likelihood::make(model, {observed->coincidence, {}, {}}, statistic());
}

Result<fit::Likelihood> OpenedExperiment::asimov() const {
    const auto scratch = model.scratch();
    std::vector<double> counts(model.bins());
    model.expected(model.starts(), *scratch, counts);
    return fit::Likelihood::make(model, {std::move(counts), {}, {}}, statistic());
}

void ExperimentInput::add_options(CLI::App& command) {
    command.add_option("-e,--experiment", path_, "experiment file (config/experiments/*.txtpb)")->required();
    command.add_option("-d,--data", data_, "folder of the released files that the experiment names");
    own_.add_options(command);
    command
        .add_option("--set", changes_,
                    "replace a field of the experiment: path.to.field=value; several times")
        ->allow_extra_args(false);
    command
        .add_option("--free", free_,
                    "what floats beside the experiment's pulls: cevns, R_n, R_n_<element>, "
                    "cross_section_1e-40_cm2, sin2_theta_w …")
        ->delimiter(',')
        ->allow_extra_args(false);
}

Result<LoadedExperiment> ExperimentInput::load(const std::vector<std::string>& more_changes) const {
    auto changes = changes_;
    changes.insert(changes.end(), more_changes.begin(), more_changes.end());
    return load_experiment(path_, changes);
}

Result<OpenedExperiment> ExperimentInput::open(const std::vector<std::string>& more_changes,
                                               const std::vector<std::string>& more_free) const {
    if (auto status = own_.check_options(); !status) return status.error();
    auto loaded = load(more_changes);
    if (!loaded) return loaded.error();
    const auto& config = loaded->config;
    const DataFolder folder(data_, config.data(), path_);
    const auto axes = make_axes(config.axes());
    if (!axes) return proto::error(axes.error().kind, fmt::format("{}: {}", path_, axes.error().message));
    std::optional<ObservedCounts> observed;
    std::optional<AntiCoincidence> anti_coincidence;
    if (own_.given()) {
        auto measured = own_.read(*axes);
        if (!measured) return measured.error();
        if (auto status = check_steady_state(*loaded, measured->anti_coincidence); !status)
            return status.error();
        anti_coincidence = {measured->anti_coincidence, 0, measured->exposure.alpha};
        take_exposure(std::move(measured->exposure), *loaded);
        if (!loaded->own->sealed)
            observed = {std::move(measured->coincidence), std::move(measured->anti_coincidence), 0, {}, {}};
    } else if (config.data().counts_case() != config::ReleasedData::COUNTS_NOT_SET) {
        auto counts = read_counts(config.data(), *axes, folder);
        if (!counts) return counts.error();
        if (counts->anti_coincidence)
            anti_coincidence = {*counts->anti_coincidence, counts->anti_coincidence_below, {1, 0}};
        observed = std::move(*counts);
    }
    auto model = ExperimentModel::make(*loaded, folder, anti_coincidence);
    if (!model) return proto::error(model.error().kind, fmt::format("{}: {}", path_, model.error().message));
    auto free = free_;
    free.insert(free.end(), more_free.begin(), more_free.end());
    if (auto status = model->set_free(free); !status) return status.error();
    return OpenedExperiment{std::move(*loaded), std::move(observed), std::move(*model)};
}

std::string experiment_text(const LoadedExperiment& experiment) {
    return fmt::format("{}\n{}", experiment.config.title(),
                       experiment.own ? own_text(*experiment.own) : std::string());
}

json::object experiment_json(const LoadedExperiment& experiment) {
    json::object out{{"name", experiment.config.name()},
                     {"title", experiment.config.title()},
                     {"file", experiment.path},
                     {"sha256", experiment.sha256}};
    if (experiment.own) out["spectra"] = own_json(*experiment.own);
    return out;
}

json::object axes_json(const Axes& axes) {
    json::object out;
    const auto add = [&](const Axis& axis) {
        if (!std::isfinite(axis.edges.front())) return;
        out[axis.name] = {{"unit", axis.unit}, {"edges", json::array(axis.edges.begin(), axis.edges.end())}};
    };
    add(axes.size);
    if (axes.f90) add(*axes.f90);
    add(axes.t_rec);
    return out;
}

}  // namespace spillgate::offline
