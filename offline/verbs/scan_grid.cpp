#include "offline/verbs/scan_grid.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/fit/scan_range.hpp"

namespace spillgate::offline {

proto::Result<std::vector<double>> scan_grid(const ValueGrid& asked, const UsualScan& usual,
                                             const fit::Likelihood& likelihood, const fit::FitResult& fitted,
                                             std::size_t parameter) {
    if (auto status = fit::check_scan(likelihood, fitted.minimum, parameter); !status) return status.error();
    if (asked.values.empty()) {
        fit::Workspace workspace(likelihood);
        const auto range =
            fit::scan_range(likelihood, fitted, parameter, usual.level, usual.margin, workspace);
        if (!range) return range.error();
        return fit::grid_through(fitted.minimum.values[parameter], *range, usual.points);
    }
    if (auto status = fit::check_grid(likelihood.parameters()[parameter], asked.values); !status)
        return proto::error(proto::ErrorKind::CONFIG, status.error().message);
    auto grid = asked.values;
    std::ranges::sort(grid);
    const auto repeated = std::ranges::unique(grid);
    grid.erase(repeated.begin(), repeated.end());
    if (grid.size() < usual.fewest)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{}: {} values at least", asked.name, usual.fewest));
    return grid;
}

}  // namespace spillgate::offline
