#include "offline/experiment/projection.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "offline/fit/sensitivity.hpp"

namespace spillgate::offline {

using proto::error;
using proto::ErrorKind;
using proto::Result;

namespace {

bool needs_own_counts(const config::Experiment& experiment) {
    return experiment.data().counts_case() == config::ReleasedData::COUNTS_NOT_SET &&
           std::ranges::any_of(experiment.background(),
                               [](const auto& background) { return background.has_steady_state(); });
}

Result<OpenedExperiment> opened(LoadedExperiment experiment, const DataFolder& folder,
                                std::optional<ObservedCounts> observed,
                                const std::optional<AntiCoincidence>& anti_coincidence,
                                const std::vector<std::string>& free) {
    auto model = ExperimentModel::make(experiment, folder, anti_coincidence);
    if (!model)
        return error(model.error().kind, fmt::format("{}: {}", experiment.path, model.error().message));
    if (auto status = model->set_free(free); !status) return status.error();
    return OpenedExperiment{std::move(experiment), std::move(observed), std::move(*model)};
}

// Released anti-coincident counts as they would be with `share` times the protons.
Result<std::optional<AntiCoincidence>> released(const LoadedExperiment& experiment, const DataFolder& folder,
                                                double share) {
    const auto& data = experiment.config.data();
    if (data.counts_case() == config::ReleasedData::COUNTS_NOT_SET) return std::optional<AntiCoincidence>();
    const auto axes = make_axes(experiment.config.axes());
    if (!axes) return axes.error();
    auto counts = read_counts(data, *axes, folder);
    if (!counts) return counts.error();
    if (!counts->anti_coincidence) return std::optional<AntiCoincidence>();
    AntiCoincidence scaled{
        std::move(*counts->anti_coincidence), counts->anti_coincidence_below * share, {1, 0}};
    for (auto& count : scaled.counts)
        count *= share;
    return std::optional(std::move(scaled));
}

Result<OpenedExperiment> opened_at(const LoadedExperiment& experiment, const DataFolder& folder, double pot,
                                   const std::optional<MeasuredSpectrum>& own) {
    if (needs_own_counts(experiment.config)) {
        if (own) return open_own(experiment, folder, with_pot(*own, pot), {});
        return error(ErrorKind::CONFIG, fmt::format("{}: its steady state is that of anti-coincident counts, "
                                                    "and there are none yet",
                                                    experiment.path));
    }
    const auto anti_coincidence = released(experiment, folder, pot / experiment.config.source().pot());
    if (!anti_coincidence) return anti_coincidence.error();
    return opened(with_pot(experiment, pot), folder, std::nullopt, *anti_coincidence, {});
}

}  // namespace

LoadedExperiment with_pot(LoadedExperiment experiment, double pot) {
    auto& config = experiment.config;
    const double share = pot / config.source().pot();
    config.mutable_source()->set_pot(pot);
    for (auto& background : *config.mutable_background())
        if (background.has_events()) background.set_events(background.events() * share);
    return experiment;
}

MeasuredSpectrum with_pot(const MeasuredSpectrum& own, double pot) {
    MeasuredSpectrum scaled = own;
    auto& exposure = scaled.exposure;
    const double share = pot / exposure.pot.known();
    exposure.pot.measured *= share;
    exposure.pot.estimated *= share;
    exposure.in_time_live_s *= share;
    exposure.anti_coincident_live_s *= share;
    exposure.sealed = true;
    scaled.coincidence.clear();
    for (auto& count : scaled.anti_coincidence)
        count *= share;
    return scaled;
}

Result<OpenedExperiment> open_own(LoadedExperiment experiment, const DataFolder& folder, MeasuredSpectrum own,
                                  const std::vector<std::string>& free) {
    const AntiCoincidence anti_coincidence{own.anti_coincidence, 0, own.exposure.alpha};
    std::optional<ObservedCounts> observed;
    if (!own.exposure.sealed)
        observed = {std::move(own.coincidence), std::move(own.anti_coincidence), 0, {}, {}};
    take_exposure(std::move(own.exposure), experiment);
    return opened(std::move(experiment), folder, std::move(observed), anti_coincidence, free);
}

Result<Projection> projection(const LoadedExperiment& experiment, const DataFolder& folder, double pot,
                              const std::optional<MeasuredSpectrum>& own) {
    if (!(pot > 0)) return error(ErrorKind::CONFIG, "without protons nothing is expected");
    if (experiment.config.target().material() == "D2O")
        return error(ErrorKind::CONFIG, fmt::format("{}: heavy water has no CEvNS here", experiment.path));
    auto opened = opened_at(experiment, folder, pot, own);
    if (!opened) return opened.error();
    auto& model = opened->model;
    const auto counts = model.component("cevns", model.starts());
    Projection out;
    out.pot = pot;
    out.cevns = std::accumulate(counts.begin(), counts.end(), 0.0);
    const auto radius = model.index_of("R_n");
    if (auto freed = model.set_free({"R_n"}); !freed || !radius) {
        out.why_no_sigma = freed ? "the experiment has no R_n" : freed.error().message;
        return out;
    }
    out.radius_fm = model.starts()[*radius];
    const auto likelihood = opened->asimov();
    if (!likelihood) {
        out.why_no_sigma = likelihood.error().message;
        return out;
    }
    const auto found = fit::sensitivity(*likelihood, model.starts(), *radius);
    if (found)
        out.sigma_fm = found->error;
    else
        out.why_no_sigma = found.error().message;
    if (found && !found->error) out.why_no_sigma = "R_n is not constrained";
    return out;
}

}  // namespace spillgate::offline
