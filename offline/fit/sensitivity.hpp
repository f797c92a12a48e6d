// How well an experiment would measure a parameter, from one fit to Asimov data: what the model expects, as
// if it had been measured (G. Cowan et al., Eur. Phys. J. C 71 (2011) 1554).
#pragma once

#include <optional>
#include <span>

#include "offline/fit/profile_errors.hpp"

namespace spillgate::offline::fit {

struct Sensitivity {
    double value = 0;  // the parameter's true value
    ProfileErrors errors;
    std::optional<double> error;           // half the width of the 1σ profile interval; absent if a side is
    std::optional<double> relative_error;  // error / |value|; absent for a value of 0
};

// With the likelihood's parameters, pulls and statistic; its data are not looked at. Errors REFUSED: a
// parameter that is not free, values outside limits, no prediction there, an Asimov fit that does not
// converge. CONFIG: Asimov data that this statistic cannot be had of (a bin without counts).
proto::Result<Sensitivity> sensitivity(const Likelihood& likelihood, std::span<const double> truth,
                                       std::size_t parameter, const MinimiserOptions& options = {});

}  // namespace spillgate::offline::fit
