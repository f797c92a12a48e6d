#include "offline/fit/closure.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "offline/fit/hesse.hpp"
#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

namespace {

struct ToyOutcome {
    std::optional<double> parabolic, profile;  // pulls
    bool at_limit = false;
};

// One toy: of each of these parameters; nothing if the toy's fit did not converge.
std::vector<ToyOutcome> fit_toy(ToyWorker& worker, std::span<const double> truth,
                                std::span<const std::size_t> parameters, const MinimiserOptions& options) {
    const auto varied = worker.likelihood.varied();
    const auto best = minimise(worker.likelihood, truth, varied, worker.workspace, options);
    if (!best.converged) return {};
    const auto covariance = hesse(worker.likelihood, best, varied, worker.workspace);
    std::vector<ToyOutcome> outcomes(parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const auto i = parameters[k];
        outcomes[k].at_limit = best.at_limit[i] != Limit::NONE;
        const double excess = best.values[i] - truth[i];
        if (const auto error = covariance.error(i)) outcomes[k].parabolic = excess / *error;
        ProfiledChi2 profiled(worker.likelihood, best, i, worker.workspace, options);
        if (const auto delta = profiled.at(truth[i]))
            outcomes[k].profile = std::copysign(std::sqrt(std::max(*delta, 0.0)), excess);
    }
    return outcomes;
}

Pulls summary_of(const std::vector<double>& pulls) {
    Pulls summary;
    summary.toys = pulls.size();
    if (pulls.size() < 2) return summary;
    const auto n = static_cast<double>(pulls.size());
    double sum = 0;
    for (const double pull : pulls)
        sum += pull;
    summary.mean = sum / n;
    double squares = 0;
    for (const double pull : pulls)
        squares += (pull - summary.mean) * (pull - summary.mean);
    summary.width = std::sqrt(squares / (n - 1));
    summary.mean_error = summary.width / std::sqrt(n);
    summary.width_error = summary.width / std::sqrt(2 * (n - 1));
    return summary;
}

}  // namespace

proto::Result<Closure> closure(const Likelihood& likelihood, std::span<const double> truth,
                               const ToyOptions& toys, const MinimiserOptions& options,
                               std::span<const std::size_t> parameters) {
    const auto varied = likelihood.varied();
    for (const auto i : parameters)
        if (std::ranges::find(varied, i) == varied.end())
            return proto::error(proto::ErrorKind::REFUSED,
                                fmt::format("parameter {} is not free: no toy has a pull of it", i));
    if (parameters.empty()) parameters = varied;
    const auto source = ToySource::make(likelihood, truth, toys.seed);
    if (!source) return source.error();
    std::vector<std::vector<ToyOutcome>> outcomes(toys.toys);
    Closure found;
    found.done = for_each_toy(likelihood, *source, toys, [&](std::uint64_t number, ToyWorker& worker) {
        outcomes[number] = fit_toy(worker, truth, parameters, options);
    });
    found.interrupted = found.done < toys.toys;
    outcomes.resize(found.done);
    for (const auto& toy : outcomes)
        if (toy.empty()) ++found.not_converged;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        ClosureOf closure;
        closure.parameter = parameters[k];
        std::vector<double> parabolic, profile;
        for (const auto& toy : outcomes) {
            if (toy.empty()) continue;
            if (toy[k].parabolic) parabolic.push_back(*toy[k].parabolic);
            if (toy[k].profile) profile.push_back(*toy[k].profile);
            if (toy[k].at_limit) ++closure.at_limit;
        }
        closure.parabolic = summary_of(parabolic);
        closure.profile = summary_of(profile);
        closure.coverage.all = profile.size();
        closure.coverage.passed = static_cast<std::uint64_t>(
            std::count_if(profile.begin(), profile.end(), [](double pull) { return std::abs(pull) <= 1; }));
        found.parameters.push_back(closure);
    }
    return found;
}

}  // namespace spillgate::offline::fit
