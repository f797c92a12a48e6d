#include "online/physics/planned_experiment.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "offline/experiment/measured_histogram.hpp"
#include "offline/experiment/spectrum_prediction.hpp"
#include "offline/fit/fit.hpp"
#include "offline/fit/significance.hpp"

namespace spillgate::online {

using proto::error;
using proto::ErrorKind;
using proto::Result;

namespace {

double sum_of(const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// As `fit --free cevns` has it.
proto::Status fit_cevns(const offline::OpenedExperiment& opened, Measured& out) {
    const auto likelihood = opened.likelihood();
    if (!likelihood) return likelihood.error();
    offline::fit::FitOptions options;
    options.profile_errors = offline::fit::ErrorsOf::NONE;
    const auto result = offline::fit::fit(*likelihood, options);
    if (!result) return result.error();
    if (!result->minimum.converged) return error(ErrorKind::REFUSED, "the fit did not converge");
    const auto index = likelihood->index_of("cevns");
    if (!index) return index.error();
    out.fitted_cevns = result->minimum.values[*index];
    offline::fit::Workspace workspace(*likelihood);
    const auto significance = offline::fit::significance(*likelihood, result->minimum, *index, 0, workspace);
    if (!significance) return significance.error();
    out.significance = significance->below_null ? -significance->sigmas : significance->sigmas;
    return {};
}

}  // namespace

Result<PlannedExperiment> PlannedExperiment::load(const config::Plan& plan) {
    auto loaded = offline::load_experiment(plan.experiment());
    if (!loaded) return loaded.error();
    offline::DataFolder folder(plan.data(), loaded->config.data(), loaded->path);
    return PlannedExperiment(std::move(*loaded), std::move(folder));
}

std::optional<offline::MeasuredSpectrum> PlannedExperiment::own(const SpectrumSum& runs) const {
    const auto axes = offline::make_axes(experiment_.config.axes());
    if (!axes || runs.runs.empty()) return std::nullopt;
    auto measured = offline::measured_histogram(runs.view(), *axes);
    if (!measured) return std::nullopt;
    measured->exposure.provenance.simulated = runs.simulated;
    return std::move(*measured);
}

Result<offline::Projection> PlannedExperiment::expected(double pot, const SpectrumSum& runs) const {
    return offline::projection(experiment_, folder_, pot, own(runs));
}

Result<std::vector<double>> PlannedExperiment::per_proton(const config::Config& config,
                                                          const std::string& spectrum) const {
    return offline::predicted_per_proton(experiment_, folder_, config, spectrum);
}

Result<Measured> PlannedExperiment::measured(const SpectrumSum& open) const {
    if (open.sealed) return error(ErrorKind::REFUSED, "the runs are blinded");
    if (open.runs.empty()) return error(ErrorKind::REFUSED, "there is no run of which C is open");
    const auto axes = offline::make_axes(experiment_.config.axes());
    if (!axes) return axes.error();
    auto own = offline::measured_histogram(open.view(), *axes);
    if (!own) return own.error();
    Measured out;
    out.pot = own->exposure.pot.known();
    out.runs = open.runs.size();
    out.in_time = sum_of(own->coincidence);
    out.anti_coincident = sum_of(own->anti_coincidence);
    const auto alpha = own->exposure.alpha;
    out.alpha = alpha.value;
    const auto residual = offline::residual(static_cast<std::uint64_t>(out.in_time),
                                            static_cast<std::uint64_t>(out.anti_coincident), alpha);
    out.residual = residual.value;
    out.residual_sigma = std::sqrt(residual.variance);
    const auto opened = offline::open_own(experiment_, folder_, std::move(*own), {"cevns"});
    auto fitted = opened ? fit_cevns(*opened, out) : proto::Status(opened.error());
    if (!fitted) out.why_no_significance = fitted.error().message;
    return out;
}

}  // namespace spillgate::online
