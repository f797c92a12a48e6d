// Does the fit give back what toys were made with? Pulls of each parameter, and how often its interval covers
// the truth.
#pragma once

#include <vector>

#include "offline/fit/minimise.hpp"
#include "offline/fit/toys.hpp"

namespace spillgate::offline::fit {

struct ClosureOf {
    std::size_t parameter = 0;
    // Of (value − truth)/parabolic error: 0 and 1 are expected, each with its statistical error. Toys without
    // that error (at a limit, no covariance) have no part.
    double pull_mean = 0, pull_mean_error = 0;
    double pull_width = 0, pull_width_error = 0;
    std::uint64_t pulls = 0;
    // The same of likelihood roots, ±√Δχ² at the truth with the sign of value − truth (O. E.
    // Barndorff-Nielsen, Biometrika 73 (1986) 307). They do not depend on how the parameter is written, and
    // follow a unit normal more closely where χ² is no parabola or the error changes with the value.
    double root_mean = 0, root_mean_error = 0;
    double root_width = 0, root_width_error = 0;
    std::uint64_t roots = 0;
    std::uint64_t at_limit = 0;  // toys with the parameter at its limit
    // Toys whose profile interval at Δχ² = 1 holds the truth (χ² there is within 1 of the minimum): 68.27 %
    // are expected; limits and small counts change that.
    Fraction coverage;
};

struct Closure {
    std::vector<ClosureOf> parameters;
    std::uint64_t done = 0;
    std::uint64_t not_converged = 0;  // toys without best fit; have no part in anything
    bool interrupted = false;
};

// Toys of the model with the values `truth`, looked at for these parameters; none named: for all free ones. A
// profile costs as much as the toy's fit itself. Errors REFUSED: those of ToySource; a parameter that is not
// free.
proto::Result<Closure> closure(const Likelihood& likelihood, std::span<const double> truth,
                               const ToyOptions& toys, const MinimiserOptions& options = toy_precision(),
                               std::span<const std::size_t> parameters = {});

}  // namespace spillgate::offline::fit
