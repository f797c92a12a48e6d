// What a fit says of itself. Made so that an unhealthy fit cannot look good: an error that is not known is
// absent, and what is wrong is in the flags, which every text of the result carries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/fit/hesse.hpp"
#include "offline/fit/profile_errors.hpp"

namespace spillgate::offline::fit {

enum class Flag : std::uint8_t {
    NOT_CONVERGED,    // the values are no minimum: no errors are given
    AT_LIMIT,         // a parameter is at its limit: no parabolic error, and χ² differences are no Wilks ones
    NO_COVARIANCE,    // χ² is no parabola upwards there, or parameters cannot be told apart
    ERROR_NOT_FOUND,  // a profile error is absent: its limit came first, or a fit on the way failed
    ERROR_FROM_LIMIT,  // a profile error depends on another parameter's limit
    OTHER_MINIMUM,     // a lower minimum was met again after the fit had been repeated from it
};

std::string_view name_of(Flag flag);  // "not-converged"
std::string_view name_of(Crossing crossing);

struct FittedParameter {
    Parameter parameter;
    double value = 0;
    bool free = true;
    Limit at_limit = Limit::NONE;
    std::optional<double> hesse;        // parabolic error
    std::optional<double> error_minus;  // positive; from the profile
    std::optional<double> error_plus;
    // Why a profile error is absent; nothing if it was not asked for.
    std::optional<Crossing> minus_end, plus_end;
    std::optional<double> pull;  // (value − centre)/σ
};

struct FitResult {
    std::vector<FittedParameter> parameters;  // all, in the model's order
    Covariance covariance;
    double chi2 = 0;        // bins and pulls
    double chi2_pulls = 0;  // the pulls' part
    int degrees_of_freedom = 0;
    std::vector<double> expected;  // counts per bin at the best fit
    std::vector<Flag> flags;
    Minimum minimum;

    bool healthy() const { return flags.empty(); }
    bool has(Flag flag) const;
    void add(Flag flag);  // once
};

// "R_n = 5.40 -0.42 +0.40 fm"; "R_n = 5.40 fm (no error: not converged)"; "N = 0 (at its lower limit)".
std::string text_of(const FittedParameter& parameter, const FitResult& result);
// "WARNING: at-limit (brn)", one for each flag, with the parameters that are at a limit.
std::vector<std::string> warnings_of(const FitResult& result);
// All parameters, χ², degrees of freedom, and the flags: one line each.
std::string text_of(const FitResult& result);

}  // namespace spillgate::offline::fit
