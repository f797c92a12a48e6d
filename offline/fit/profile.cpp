#include "offline/fit/profile.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::fit {

using proto::ErrorKind;

bool Profile::complete() const {
    return std::all_of(points.begin(), points.end(),
                       [](const auto& point) { return point.delta_chi2.has_value(); });
}

ProfiledChi2::ProfiledChi2(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                           Workspace& workspace, const MinimiserOptions& options)
    : likelihood_(likelihood),
      best_(best),
      parameter_(parameter),
      workspace_(workspace),
      options_(options),
      others_(all_but(likelihood.varied(), parameter)) {
    options_.starts = 1;
    restart();
}

void ProfiledChi2::restart() {
    start_ = best_.values;
    previous_ = best_.values;
}

std::optional<double> ProfiledChi2::at(double value) {
    // The others start as if they moved in proportion to the held one.
    const double before = start_[parameter_] - previous_[parameter_];
    const double now = value - start_[parameter_];
    const double share = before == 0 ? 0 : std::clamp(now / before, -2.0, 2.0);
    for (std::size_t i = 0; i < start_.size(); ++i) {
        const double last = start_[i];
        start_[i] += share * (last - previous_[i]);
        previous_[i] = last;
    }
    start_[parameter_] = value;
    minimum_ = minimise(likelihood_, start_, others_, workspace_, options_);
    evaluations_ += minimum_.evaluations;
    if (!minimum_.converged) {
        restart();
        return std::nullopt;
    }
    start_ = minimum_.values;
    return minimum_.chi2 - best_.chi2;
}

proto::Status check_scan(const Likelihood& likelihood, const Minimum& best, std::size_t parameter) {
    const auto varied = likelihood.varied();
    if (std::find(varied.begin(), varied.end(), parameter) == varied.end())
        return proto::error(ErrorKind::REFUSED,
                            parameter < likelihood.parameters().size()
                                ? fmt::format("parameter '{}' is not free: there is nothing to scan",
                                              likelihood.parameters()[parameter].name)
                                : fmt::format("there is no parameter {}", parameter));
    if (!best.converged)
        return proto::error(ErrorKind::REFUSED,
                            "the best fit did not converge: there is nothing to measure from");
    return {};
}

proto::Status check_grid(const Parameter& parameter, std::span<const double> grid) {
    for (const double value : grid)
        if (!(value >= parameter.lower && value <= parameter.upper))
            return proto::error(ErrorKind::REFUSED,
                                fmt::format("{} is outside the limits of '{}', {} to {}", value,
                                            parameter.name, parameter.lower, parameter.upper));
    return {};
}

proto::Result<Profile> profile(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                               std::span<const double> grid, Workspace& workspace,
                               const MinimiserOptions& options, const std::stop_token& stop) {
    if (auto fine = check_scan(likelihood, best, parameter); !fine) return fine.error();
    if (auto fine = check_grid(likelihood.parameters()[parameter], grid); !fine) return fine.error();
    Profile scanned{parameter, std::vector<ProfilePoint>(grid.size())};
    // Outwards from the best fit: first those above it, upwards, then those below it, downwards.
    std::vector<std::size_t> order(grid.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    const double centre = best.values[parameter];
    const auto first_below =
        std::partition(order.begin(), order.end(), [&](auto i) { return grid[i] >= centre; });
    std::sort(order.begin(), first_below, [&](auto a, auto b) { return grid[a] < grid[b]; });
    std::sort(first_below, order.end(), [&](auto a, auto b) { return grid[a] > grid[b]; });
    ProfiledChi2 profiled(likelihood, best, parameter, workspace, options);
    for (std::size_t i = 0; i < grid.size(); ++i)
        scanned.points[i].value = grid[i];
    for (auto it = order.begin(); it != order.end(); ++it) {
        if (stop.stop_requested()) {
            scanned.interrupted = true;
            break;
        }
        if (it == first_below) profiled.restart();
        auto& point = scanned.points[*it];
        point.delta_chi2 = profiled.at(point.value);
        point.values = profiled.minimum().values;
        point.others_at_limit = profiled.minimum().any_at_limit();
        if (point.delta_chi2 && *point.delta_chi2 < -1e-3) scanned.below_best_fit = true;
    }
    return scanned;
}

std::vector<double> grid_of(double from, double to, std::size_t n) {
    std::vector<double> grid(n);
    for (std::size_t i = 0; i < n; ++i)
        grid[i] = i + 1 == n ? to : from + (to - from) * static_cast<double>(i) / static_cast<double>(n - 1);
    return grid;
}

}  // namespace spillgate::offline::fit
