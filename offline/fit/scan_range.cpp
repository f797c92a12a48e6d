#include "offline/fit/scan_range.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::fit {

namespace {

// How far to one side; nothing if nobody knows.
std::optional<double> reach(const ProfileError& side, double limit, const FittedParameter& fitted,
                            std::size_t parameter, double level, double margin) {
    if (side.error) return margin * *side.error;
    if (side.end == Crossing::LIMIT) return std::abs(limit - fitted.value);
    if (side.end == Crossing::NO_PREDICTION) return std::abs(side.values[parameter] - fitted.value);
    if (fitted.hesse) return margin * std::sqrt(level) * *fitted.hesse;
    return std::nullopt;
}

}  // namespace

proto::Result<ScanRange> scan_range(const Likelihood& likelihood, const FitResult& fitted,
                                    std::size_t parameter, double level, double margin,
                                    Workspace& workspace) {
    const auto errors = profile_errors(likelihood, fitted.minimum, parameter, workspace, level);
    if (!errors) return errors.error();
    const auto& found = fitted.parameters[parameter];
    const auto below = reach(errors->minus, found.parameter.lower, found, parameter, level, margin);
    const auto above = reach(errors->plus, found.parameter.upper, found, parameter, level, margin);
    if (!below || !above || !(*below + *above > 0))
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("the error of '{0}' is not known, so the range must be given, as in "
                                        "{0}=FROM:TO",
                                        found.parameter.name));
    return ScanRange{std::max(found.value - *below, found.parameter.lower),
                     std::min(found.value + *above, found.parameter.upper)};
}

std::vector<double> grid_through(double best, const ScanRange& range, std::size_t n) {
    const double share = std::clamp((best - range.from) / (range.to - range.from), 0.0, 1.0);
    const auto intervals = static_cast<double>(n - 1);
    auto below = static_cast<std::size_t>(std::lround(share * intervals));
    // A side that exists gets one interval at least.
    if (share > 0 && share < 1) below = std::clamp<std::size_t>(below, 1, n - 2);
    if (below == 0 || below == n - 1) return grid_of(range.from, range.to, n);
    auto grid = grid_of(range.from, best, below + 1);
    const auto upper = grid_of(best, range.to, n - below);
    grid.insert(grid.end(), upper.begin() + 1, upper.end());
    return grid;
}

}  // namespace spillgate::offline::fit
