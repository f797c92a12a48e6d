#include "offline/fit/contour.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include <fmt/format.h>

#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

using proto::ErrorKind;

namespace {

proto::Status check_axis(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                         std::span<const double> axis) {
    if (auto fine = check_scan(likelihood, best, parameter); !fine) return fine;
    const auto& limits = likelihood.parameters()[parameter];
    if (axis.size() < 2 || std::adjacent_find(axis.begin(), axis.end(), std::greater_equal<>()) != axis.end())
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("the values of '{}' must ascend, and be two at least", limits.name));
    return check_grid(limits, axis);
}

std::size_t nearest(std::span<const double> axis, double value) {
    const auto closer = [value](double a, double b) { return std::abs(a - value) < std::abs(b - value); };
    return static_cast<std::size_t>(std::min_element(axis.begin(), axis.end(), closer) - axis.begin());
}

// Calls visit(i) from `middle` upwards, then again from it downwards; the second time restart() goes before.
void outwards(std::size_t middle, std::size_t n, const std::function<void()>& restart,
              const std::function<void(std::size_t)>& visit) {
    restart();
    for (std::size_t i = middle; i < n; ++i)
        visit(i);
    restart();
    for (std::size_t i = middle; i-- > 0;)
        visit(i);
}

class Mapping {
  public:
    Mapping(const Likelihood& likelihood, const Minimum& best, ContourMap& map,
            const MinimiserOptions& options)
        : likelihood_(likelihood), best_(best), map_(map), options_(options) {
        options_.starts = 1;
        y_free_ = all_but(likelihood.varied(), map.x_parameter);
        others_ = all_but(y_free_, map.y_parameter);
    }

    // The valley along x, y minimised too: where each column starts.
    void follow_valley() {
        Workspace workspace(likelihood_);
        valley_.resize(map_.x.size());
        std::vector<double> start;
        outwards(
            nearest(map_.x, best_.values[map_.x_parameter]), map_.x.size(), [&] { start = best_.values; },
            [&](std::size_t ix) {
                start[map_.x_parameter] = map_.x[ix];
                const auto minimum = minimise(likelihood_, start, y_free_, workspace, options_);
                valley_[ix] = minimum.converged ? minimum.values : start;
                start = valley_[ix];
            });
    }

    void fill_column(std::size_t ix, Workspace& workspace) {
        std::vector<double> start;
        outwards(
            nearest(map_.y, valley_[ix][map_.y_parameter]), map_.y.size(), [&] { start = valley_[ix]; },
            [&](std::size_t iy) {
                start[map_.y_parameter] = map_.y[iy];
                const auto minimum = minimise(likelihood_, start, others_, workspace, options_);
                if (!minimum.converged) return;
                map_.delta_chi2[ix * map_.y.size() + iy] = minimum.chi2 - best_.chi2;
                start = minimum.values;
            });
    }

  private:
    const Likelihood& likelihood_;
    const Minimum& best_;
    ContourMap& map_;
    MinimiserOptions options_;
    std::vector<std::size_t> y_free_, others_;
    std::vector<std::vector<double>> valley_;
};

}  // namespace

Contour ContourMap::contour(double level) const {
    // √Δχ² is nearly straight along any line from the best fit, Δχ² is not.
    std::vector<double> roots(delta_chi2.size());
    std::transform(delta_chi2.begin(), delta_chi2.end(), roots.begin(),
                   [](double delta) { return std::isnan(delta) ? delta : std::sqrt(std::max(delta, 0.0)); });
    return {level, lines_of_height(x, y, roots, std::sqrt(level))};
}

proto::Result<ContourMap> contour_map(const Likelihood& likelihood, const Minimum& best,
                                      std::size_t x_parameter, std::span<const double> x,
                                      std::size_t y_parameter, std::span<const double> y,
                                      const ParallelOptions& parallel, const MinimiserOptions& options) {
    if (auto fine = check_axis(likelihood, best, x_parameter, x); !fine) return fine.error();
    if (auto fine = check_axis(likelihood, best, y_parameter, y); !fine) return fine.error();
    if (x_parameter == y_parameter)
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("both axes are '{}'", likelihood.parameters()[x_parameter].name));
    ContourMap map;
    map.x_parameter = x_parameter;
    map.y_parameter = y_parameter;
    map.x.assign(x.begin(), x.end());
    map.y.assign(y.begin(), y.end());
    map.delta_chi2.assign(x.size() * y.size(), std::nan(""));
    Mapping mapping(likelihood, best, map, options);
    mapping.follow_valley();
    const auto done = work_in_parallel(x.size(), parallel, [&]() -> Piece {
        auto workspace = std::make_shared<Workspace>(likelihood);
        return [workspace, &mapping](std::uint64_t ix) { mapping.fill_column(ix, *workspace); };
    });
    map.interrupted = done < x.size();
    for (const double delta : map.delta_chi2) {
        if (std::isnan(delta)) ++map.missing;
        if (delta < -1e-3) map.below_best_fit = true;
    }
    return map;
}

}  // namespace spillgate::offline::fit
