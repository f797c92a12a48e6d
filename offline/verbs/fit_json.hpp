// A fit's result for programs.
#pragma once

#include <optional>

#include <boost/json/object.hpp>

#include "offline/fit/fit_result.hpp"

namespace spillgate::offline {

// {"parameters": {NAME: {"value", "error_minus", "error_plus", "hesse", "unit", "free", "at_limit", "pull"}},
// "chi2", "chi2_pulls", "ndof", "converged", "flags", "correlation": {NAME: {NAME: r}}}: an error that is not
// known is null; free parameters alone are correlated.
boost::json::object fit_json(const fit::FitResult& result);

// What is not known is null.
boost::json::value number_or_null(const std::optional<double>& value);

}  // namespace spillgate::offline
