#include "offline/fit/closure.hpp"

#include <cmath>
#include <optional>

#include "offline/fit/hesse.hpp"
#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

namespace {

struct ToyOutcome {
    std::optional<double> pull;
    std::optional<bool> covered;
    bool at_limit = false;
};

// One toy: of each free parameter in their order; nothing if the toy's fit did not converge.
std::vector<ToyOutcome> fit_toy(ToyWorker& worker, std::span<const double> truth,
                                const MinimiserOptions& options) {
    const auto varied = worker.likelihood.varied();
    const auto best = minimise(worker.likelihood, truth, varied, worker.workspace, options);
    if (!best.converged) return {};
    const auto covariance = hesse(worker.likelihood, best, varied, worker.workspace);
    std::vector<ToyOutcome> outcomes(varied.size());
    for (std::size_t k = 0; k < varied.size(); ++k) {
        const auto i = varied[k];
        outcomes[k].at_limit = best.at_limit[i] != Limit::NONE;
        if (const auto error = covariance.error(i)) outcomes[k].pull = (best.values[i] - truth[i]) / *error;
        ProfiledChi2 profiled(worker.likelihood, best, i, worker.workspace, options);
        if (const auto delta = profiled.at(truth[i])) outcomes[k].covered = *delta <= 1;
    }
    return outcomes;
}

void summarise_pulls(ClosureOf& closure, const std::vector<double>& pulls) {
    closure.pulls = pulls.size();
    if (pulls.size() < 2) return;
    const auto n = static_cast<double>(pulls.size());
    double sum = 0;
    for (const double pull : pulls)
        sum += pull;
    closure.pull_mean = sum / n;
    double squares = 0;
    for (const double pull : pulls)
        squares += (pull - closure.pull_mean) * (pull - closure.pull_mean);
    closure.pull_width = std::sqrt(squares / (n - 1));
    closure.pull_mean_error = closure.pull_width / std::sqrt(n);
    closure.pull_width_error = closure.pull_width / std::sqrt(2 * (n - 1));
}

}  // namespace

proto::Result<Closure> closure(const Likelihood& likelihood, std::span<const double> truth,
                               const ToyOptions& toys, const MinimiserOptions& options) {
    const auto source = ToySource::make(likelihood, truth, toys.seed);
    if (!source) return source.error();
    std::vector<std::vector<ToyOutcome>> outcomes(toys.toys);
    Closure found;
    found.done = for_each_toy(likelihood, *source, toys, [&](std::uint64_t number, ToyWorker& worker) {
        outcomes[number] = fit_toy(worker, truth, options);
    });
    found.interrupted = found.done < toys.toys;
    outcomes.resize(found.done);
    for (const auto& toy : outcomes)
        if (toy.empty()) ++found.not_converged;
    const auto varied = likelihood.varied();
    for (std::size_t k = 0; k < varied.size(); ++k) {
        ClosureOf closure;
        closure.parameter = varied[k];
        std::vector<double> pulls;
        for (const auto& toy : outcomes) {
            if (toy.empty()) continue;
            if (toy[k].pull) pulls.push_back(*toy[k].pull);
            if (toy[k].at_limit) ++closure.at_limit;
            if (!toy[k].covered) continue;
            ++closure.coverage.all;
            if (*toy[k].covered) ++closure.coverage.passed;
        }
        summarise_pulls(closure, pulls);
        found.parameters.push_back(closure);
    }
    return found;
}

}  // namespace spillgate::offline::fit
