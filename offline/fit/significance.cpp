#include "offline/fit/significance.hpp"

#include <cmath>

#include <fmt/format.h>

#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

using proto::ErrorKind;

namespace {

bool any_without_effect(const Likelihood& likelihood, const Minimum& minimum,
                        std::span<const std::size_t> varied, Workspace& workspace) {
    if (!likelihood.differentiate(minimum.values, varied, Curvature::EXPECTED, workspace)) return false;
    for (std::size_t k = 0; k < varied.size(); ++k) {
        const auto row = std::span(workspace.jacobian).subspan(k * likelihood.bins(), likelihood.bins());
        bool effect = false;
        for (const double derivative : row)
            effect = effect || derivative != 0;
        if (!effect) return true;
    }
    return false;
}

}  // namespace

proto::Result<Significance> significance(const Likelihood& likelihood, const Minimum& best,
                                         std::size_t parameter, double null_value, Workspace& workspace,
                                         const MinimiserOptions& options) {
    if (auto fine = check_scan(likelihood, best, parameter); !fine) return fine.error();
    const auto& limits = likelihood.parameters()[parameter];
    if (auto fine = check_grid(limits, {&null_value, 1}); !fine) return fine.error();
    const auto others = all_but(likelihood.varied(), parameter);
    auto start = best.values;
    start[parameter] = null_value;
    Significance found;
    found.null = minimise(likelihood, start, others, workspace, options);
    if (std::isinf(found.null.chi2))
        return proto::error(
            ErrorKind::REFUSED,
            fmt::format("with '{}' held at {} a bin that has counts is expected to have none: "
                        "so few background events give no number of sigmas",
                        limits.name, null_value));
    if (!found.null.converged)
        return proto::error(ErrorKind::REFUSED, fmt::format("the fit with '{}' held at {} did not converge",
                                                            limits.name, null_value));
    const double delta = found.null.chi2 - best.chi2;
    if (delta < -1e-3)
        return proto::error(
            ErrorKind::REFUSED,
            fmt::format("with '{}' held at {} χ² is {} lower than at the best fit, which is none",
                        limits.name, null_value, -delta));
    found.null_value = null_value;
    found.delta_chi2 = std::max(delta, 0.0);
    found.sigmas = std::sqrt(found.delta_chi2);
    found.below_null = best.values[parameter] < null_value;
    found.null_at_limit = null_value <= limits.lower || null_value >= limits.upper;
    const double two_sided = std::erfc(found.sigmas / std::sqrt(2.0));
    found.p_value = found.null_at_limit && found.delta_chi2 > 0 ? 0.5 * two_sided : two_sided;
    for (const auto i : others)
        if (found.null.at_limit[i] != Limit::NONE || best.at_limit[i] != Limit::NONE)
            found.other_at_limit = true;
    found.unidentified_others = any_without_effect(likelihood, found.null, others, workspace);
    return found;
}

}  // namespace spillgate::offline::fit
