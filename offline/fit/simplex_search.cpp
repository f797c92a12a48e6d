#include "offline/fit/simplex_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <nlopt.hpp>

namespace spillgate::offline::fit {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Called from C code: what it needs, and the best point so far, which NLopt may lose when it fails.
struct Search {
    const Likelihood& likelihood;
    std::span<const std::size_t> varied;
    Workspace& workspace;
    std::vector<double> point;
    std::vector<double> best;
    double lowest = infinite;
    std::size_t evaluations = 0;

    double evaluate(const double* x) {
        for (std::size_t k = 0; k < varied.size(); ++k)
            point[varied[k]] = x[k];
        ++evaluations;
        const double chi2 = likelihood.chi2(point, workspace).value_or(infinite);
        if (chi2 < lowest) {
            lowest = chi2;
            best = point;
        }
        return chi2;
    }
};

}  // namespace

SimplexOutcome simplex_search(const Likelihood& likelihood, std::span<const std::size_t> varied,
                              std::span<double> values, double steps, std::size_t most_evaluations,
                              Workspace& workspace) {
    Search search{likelihood, varied, workspace, {values.begin(), values.end()}, {}};
    search.best = search.point;
    const auto n = varied.size();
    std::vector<double> start(n), lower(n), upper(n), step(n);
    for (std::size_t k = 0; k < n; ++k) {
        const auto& parameter = likelihood.parameters()[varied[k]];
        start[k] = values[varied[k]];
        lower[k] = parameter.lower;
        upper[k] = parameter.upper;
        step[k] = std::min(steps * scale_of(parameter), 0.4 * (parameter.upper - parameter.lower));
        if (start[k] + step[k] > upper[k]) step[k] = -step[k];
    }
    SimplexOutcome outcome;
    search.evaluate(start.data());
    try {
        nlopt::opt optimizer(nlopt::LN_SBPLX, static_cast<unsigned>(n));
        optimizer.set_lower_bounds(lower);
        optimizer.set_upper_bounds(upper);
        optimizer.set_initial_step(step);
        optimizer.set_min_objective([](unsigned, const double* x, double*,
                                       void* data) { return static_cast<Search*>(data)->evaluate(x); },
                                    &search);
        optimizer.set_ftol_abs(1e-9);
        optimizer.set_xtol_rel(1e-10);
        optimizer.set_maxeval(static_cast<int>(most_evaluations));
        double reached = 0;
        outcome.settled = optimizer.optimize(start, reached) != nlopt::MAXEVAL_REACHED;
    } catch (const std::exception&) {
        // NLopt gives up on round-off in this way; the best point is kept, and has not settled.
        outcome.settled = false;
    }
    outcome.chi2 = search.lowest;
    outcome.evaluations = search.evaluations;
    std::copy(search.best.begin(), search.best.end(), values.begin());
    return outcome;
}

}  // namespace spillgate::offline::fit
