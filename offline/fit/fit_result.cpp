#include "offline/fit/fit_result.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::fit {

namespace {

// Two significant digits of the smallest error decide the decimals of all that is printed.
int decimals_for(double error) {
    if (!(error > 0)) return 4;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(error))), 0, 12);
}

std::string value_with_errors(const FittedParameter& p) {
    if (p.error_minus && p.error_plus) {
        const int digits = decimals_for(std::min(*p.error_minus, *p.error_plus));
        return fmt::format("{:.{}f} -{:.{}f} +{:.{}f}", p.value, digits, *p.error_minus, digits,
                           *p.error_plus, digits);
    }
    if (p.minus_end || p.plus_end) {
        // One side at most is known.
        const auto side = [&](const std::optional<double>& error, const std::optional<Crossing>& end,
                              char sign) {
            if (error) return fmt::format("{}{:.4g}", sign, *error);
            return fmt::format("{}? ({})", sign, end ? name_of(*end) : "not asked for");
        };
        return fmt::format("{:.6g} {} {}", p.value, side(p.error_minus, p.minus_end, '-'),
                           side(p.error_plus, p.plus_end, '+'));
    }
    if (p.hesse) {
        const int digits = decimals_for(*p.hesse);
        return fmt::format("{:.{}f} ± {:.{}f}", p.value, digits, *p.hesse, digits);
    }
    return fmt::format("{:.6g}", p.value);
}

}  // namespace

std::string_view name_of(Flag flag) {
    switch (flag) {
        case Flag::NOT_CONVERGED:
            return "not-converged";
        case Flag::AT_LIMIT:
            return "at-limit";
        case Flag::NO_COVARIANCE:
            return "no-covariance";
        case Flag::ERROR_NOT_FOUND:
            return "error-not-found";
        case Flag::ERROR_FROM_LIMIT:
            return "error-from-limit";
        case Flag::OTHER_MINIMUM:
            return "other-minimum";
    }
    return "unknown";
}

std::string_view name_of(Crossing crossing) {
    switch (crossing) {
        case Crossing::FOUND:
            return "found";
        case Crossing::LIMIT:
            return "limit";
        case Crossing::UNBOUNDED:
            return "unbounded";
        case Crossing::NO_PREDICTION:
            return "no-prediction";
        case Crossing::NOT_CONVERGED:
            return "not-converged";
        case Crossing::BELOW_BEST_FIT:
            return "below-best-fit";
    }
    return "unknown";
}

bool FitResult::has(Flag flag) const {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

void FitResult::add(Flag flag) {
    if (!has(flag)) flags.push_back(flag);
}

std::string text_of(const FittedParameter& p, const FitResult& result) {
    const std::string unit = p.parameter.unit.empty() ? "" : " " + p.parameter.unit;
    std::string text = fmt::format("{} = {}{}", p.parameter.name, value_with_errors(p), unit);
    if (!p.free) return text + " (held)";
    if (result.has(Flag::NOT_CONVERGED)) return text + " (no error: not converged)";
    if (p.at_limit == Limit::LOWER) text += " (at its lower limit)";
    if (p.at_limit == Limit::UPPER) text += " (at its upper limit)";
    if (p.at_limit == Limit::NONE && !p.hesse && !p.error_minus && !p.error_plus) text += " (no error)";
    return text;
}

std::vector<std::string> warnings_of(const FitResult& result) {
    std::string at_limit;
    for (const auto& p : result.parameters)
        if (p.free && p.at_limit != Limit::NONE)
            at_limit.append(at_limit.empty() ? "" : ", ").append(p.parameter.name);
    std::vector<std::string> warnings;
    warnings.reserve(result.flags.size());
    for (const auto flag : result.flags)
        warnings.push_back(flag == Flag::AT_LIMIT ? fmt::format("WARNING: {} ({})", name_of(flag), at_limit)
                                                  : fmt::format("WARNING: {}", name_of(flag)));
    return warnings;
}

std::string text_of(const FitResult& result) {
    std::string text;
    for (const auto& parameter : result.parameters)
        text += text_of(parameter, result) + "\n";
    text += fmt::format("χ² = {:.4f} (pulls {:.4f}) for {} degrees of freedom\n", result.chi2,
                        result.chi2_pulls, result.degrees_of_freedom);
    for (const auto& warning : warnings_of(result))
        text.append(warning).append("\n");
    return text;
}

}  // namespace spillgate::offline::fit
