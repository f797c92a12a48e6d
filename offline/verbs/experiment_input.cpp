#include "offline/verbs/experiment_input.hpp"

#include <cmath>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace spillgate::offline {

namespace json = boost::json;
using proto::Result;

fit::Statistic OpenedExperiment::statistic() const {
    return experiment.config.statistic() == config::CHI2 ? fit::Statistic::CHI2_COUNTS
                                                         : fit::Statistic::POISSON;
}

Result<fit::Likelihood> OpenedExperiment::likelihood() const {
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

void ExperimentInput::add_options(CLI::App& command, bool floats) {
    command.add_option("-e,--experiment", path_, "experiment file (config/experiments/*.txtpb)")->required();
    command.add_option("-d,--data", data_, "folder of the released files that the experiment names");
    command
        .add_option("--set", changes_,
                    "replace a field of the experiment: path.to.field=value; several times")
        ->allow_extra_args(false);
    if (floats)
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

Result<OpenedExperiment> ExperimentInput::open(const std::vector<std::string>& more_changes) const {
    auto loaded = load(more_changes);
    if (!loaded) return loaded.error();
    const auto& config = loaded->config;
    const DataFolder folder(data_, config.data(), path_);
    const auto axes = make_axes(config.axes());
    if (!axes) return proto::error(axes.error().kind, fmt::format("{}: {}", path_, axes.error().message));
    std::optional<ObservedCounts> observed;
    std::optional<AntiCoincidence> anti_coincidence;
    if (config.data().counts_case() != config::ReleasedData::COUNTS_NOT_SET) {
        auto counts = read_counts(config.data(), *axes, folder);
        if (!counts) return counts.error();
        if (counts->anti_coincidence)
            anti_coincidence = {*counts->anti_coincidence, counts->anti_coincidence_below};
        observed = std::move(*counts);
    }
    auto model = ExperimentModel::make(*loaded, folder, anti_coincidence);
    if (!model) return proto::error(model.error().kind, fmt::format("{}: {}", path_, model.error().message));
    if (auto status = model->set_free(free_); !status)
        return proto::error(status.error().kind, fmt::format("--free: {}", status.error().message));
    return OpenedExperiment{std::move(*loaded), std::move(observed), std::move(*model)};
}

json::object experiment_json(const LoadedExperiment& experiment) {
    return {{"name", experiment.config.name()},
            {"title", experiment.config.title()},
            {"file", experiment.path},
            {"sha256", experiment.sha256}};
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
