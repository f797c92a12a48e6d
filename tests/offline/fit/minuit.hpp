// Minuit (package python3-iminuit) as a second opinion on a fit.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "offline/fit/fit_result.hpp"

namespace spillgate::tests {

// A python that can import iminuit; empty, with a printed SKIPPED line, if there is none.
std::string python_with_iminuit();

// What iminuit_fit.py says of an exported likelihood.
boost::json::object minuit_fit(const std::string& python, std::string_view exported);

// χ², values, HESSE and MINOS errors. Both look for the same minimum, but stop elsewhere: Minuit's MIGRAD
// when χ² can fall by 2·10⁻⁷ as it thinks (5·10⁻⁴ errors of a value), its MINOS within 1 % of Δχ² = 1 (0.5 %
// of the error). `beyond_limits`: the export has no limits; a MINOS error that ours says to lie beyond one
// must do so.
void check_against_minuit(const offline::fit::FitResult& ours, const boost::json::object& minuit,
                          bool beyond_limits = false);

}  // namespace spillgate::tests
