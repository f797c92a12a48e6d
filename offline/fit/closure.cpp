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
    std::optional<double> pull, root;
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
        if (const auto error = covariance.error(i)) outcomes[k].pull = excess / *error;
        ProfiledChi2 profiled(worker.likelihood, best, i, worker.workspace, options);
        if (const auto delta = profiled.at(truth[i]))
            outcomes[k].root = std::copysign(std::sqrt(std::max(*delta, 0.0)), excess);
    }
    return outcomes;
}

struct Summary {
    double mean = 0, mean_error = 0;
    double width = 0, width_error = 0;
};

Summary summary_of(const std::vector<double>& pulls) {
    if (pulls.size() < 2) return {};
    const auto n = static_cast<double>(pulls.size());
    double sum = 0;
    for (const double pull : pulls)
        sum += pull;
    const double mean = sum / n;
    double squares = 0;
    for (const double pull : pulls)
        squares += (pull - mean) * (pull - mean);
    const double width = std::sqrt(squares / (n - 1));
    return {mean, width / std::sqrt(n), width, width / std::sqrt(2 * (n - 1))};
}

ClosureOf closure_of(std::size_t parameter, const std::vector<double>& pulls,
                     const std::vector<double>& roots) {
    ClosureOf closure;
    closure.parameter = parameter;
    const auto pull = summary_of(pulls), root = summary_of(roots);
    closure.pull_mean = pull.mean;
    closure.pull_mean_error = pull.mean_error;
    closure.pull_width = pull.width;
    closure.pull_width_error = pull.width_error;
    closure.pulls = pulls.size();
    closure.root_mean = root.mean;
    closure.root_mean_error = root.mean_error;
    closure.root_width = root.width;
    closure.root_width_error = root.width_error;
    closure.roots = roots.size();
    closure.coverage.all = roots.size();
    closure.coverage.passed = static_cast<std::uint64_t>(
        std::ranges::count_if(roots, [](double distance) { return std::abs(distance) <= 1; }));
    return closure;
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
        std::vector<double> pulls, roots;
        std::uint64_t at_limit = 0;
        for (const auto& toy : outcomes) {
            if (toy.empty()) continue;
            if (toy[k].pull) pulls.push_back(*toy[k].pull);
            if (toy[k].root) roots.push_back(*toy[k].root);
            if (toy[k].at_limit) ++at_limit;
        }
        found.parameters.push_back(closure_of(parameters[k], pulls, roots));
        found.parameters.back().at_limit = at_limit;
    }
    return found;
}

}  // namespace spillgate::offline::fit
