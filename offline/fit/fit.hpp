// Fits any model of expected counts per bin, with free parameters and Gaussian pulls, to counts. The first
// file to read: model.hpp says what can be fitted, likelihood.hpp what is minimised, fit_result.hpp what
// comes out; profile.hpp, contour.hpp, significance.hpp, toys.hpp, feldman_cousins.hpp and sensitivity.hpp go
// on from a fit.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "offline/fit/fit_result.hpp"
#include "offline/fit/likelihood.hpp"

namespace spillgate::offline::fit {

enum class ErrorsOf { NONE, NAMED, ALL };

struct FitOptions {
    FitOptions() { minimiser.starts = 4; }

    MinimiserOptions minimiser;
    ErrorsOf profile_errors = ErrorsOf::ALL;
    std::vector<std::string> named;  // with ErrorsOf::NAMED
    double level = 1;                // Δχ² of profile errors
};

// Minimises over all free parameters, takes second derivatives, and profile errors of those asked for. If a
// profile meets a lower minimum, starts anew from there. Errors REFUSED: a name that is no free parameter, a
// level that is not positive; interrupted. A fit that is not healthy is no error: its flags say what is
// wrong.
proto::Result<FitResult> fit(const Likelihood& likelihood, const FitOptions& options = {},
                             const std::stop_token& stop = {});

}  // namespace spillgate::offline::fit
