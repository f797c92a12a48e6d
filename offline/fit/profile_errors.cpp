#include "offline/fit/profile_errors.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/fit/hesse.hpp"

namespace spillgate::offline::fit {

namespace {

// One side. Works on √Δχ², which is nearly a straight line against the distance.
class CrossingSearch {
  public:
    CrossingSearch(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                   Workspace& workspace, const MinimiserOptions& options, double level, double direction)
        : profiled_(likelihood, best, parameter, workspace, options),
          centre_(best.values[parameter]),
          root_(std::sqrt(level)),
          direction_(direction) {
        const auto& limits = likelihood.parameters()[parameter];
        room_ = direction < 0 ? centre_ - limits.lower : limits.upper - centre_;
    }

    ProfileError find(double first_guess) {
        ProfileError side;
        const bool bracketed = bracket(first_guess);
        if (bracketed) close_in();
        side.end = end_;
        side.others_at_limit = profiled_.minimum().any_at_limit();
        side.values = profiled_.minimum().values;
        if (end_ == Crossing::FOUND) side.error = high_;
        return side;
    }

  private:
    // √Δχ² less the root of the level, at this distance: infinite where the model predicts nothing; NaN, and
    // end_ says why, if it is not known.
    double excess(double distance) {
        // Where the limit is asked for it must be hit exactly.
        const double value = distance >= room_ ? limit_value() : centre_ + direction_ * distance;
        const auto delta = profiled_.at(value);
        if (std::isinf(profiled_.minimum().chi2)) return HUGE_VAL;
        if (!delta) {
            end_ = Crossing::NOT_CONVERGED;
            return std::nan("");
        }
        if (*delta < -1e-3) {
            end_ = Crossing::BELOW_BEST_FIT;
            return std::nan("");
        }
        return std::sqrt(std::max(*delta, 0.0)) - root_;
    }

    double limit_value() const { return centre_ + direction_ * room_; }

    // Steps out until the level is passed: [low_, high_] then holds the crossing.
    bool bracket(double guess) {
        low_ = 0;
        at_low_ = -root_;
        const double farthest = 1000 * guess;
        for (double distance = guess;;) {
            distance = std::min(distance, room_);
            const double found = distance > 0 ? excess(distance) : -root_;
            if (std::isnan(found)) return false;
            if (found >= 0) {
                high_ = distance;
                at_high_ = found;
                return true;
            }
            if (distance >= room_ || distance >= farthest) {
                end_ = distance >= room_ ? Crossing::LIMIT : Crossing::UNBOUNDED;
                return false;
            }
            low_ = distance;
            at_low_ = found;
            // As if straight, with a little more; at most three times as far.
            const double slope = (found + root_) / distance;
            distance = std::clamp(slope > 0 ? 1.02 * root_ / slope : HUGE_VAL, 1.05 * distance, 3 * distance);
        }
    }

    // The false position method with Illinois' correction: never leaves the bracket, converges superlinearly.
    void close_in() {
        int side = 0;
        for (int step = 0; step < 60; ++step) {
            if (at_high_ < 1e-7 * root_ || high_ - low_ < 1e-9 * high_) break;
            const double between = std::isinf(at_high_)
                                       ? 0.5 * (low_ + high_)
                                       : high_ - at_high_ * (high_ - low_) / (at_high_ - at_low_);
            const double found = excess(between);
            if (std::isnan(found)) return;
            if (std::abs(found) < 1e-7 * root_) {
                high_ = between;
                at_high_ = found;
                break;
            }
            if (found > 0) {
                high_ = between;
                at_high_ = found;
                if (side == 1) at_low_ *= 0.5;
                side = 1;
            } else {
                low_ = between;
                at_low_ = found;
                if (side == -1) at_high_ *= 0.5;
                side = -1;
            }
        }
        end_ = std::isinf(at_high_) ? Crossing::NO_PREDICTION : Crossing::FOUND;
    }

    ProfiledChi2 profiled_;
    double centre_, root_, direction_;
    double room_ = 0;
    double low_ = 0, high_ = 0, at_low_ = 0, at_high_ = 0;
    Crossing end_ = Crossing::NOT_CONVERGED;
};

}  // namespace

proto::Result<ProfileErrors> profile_errors(const Likelihood& likelihood, const Minimum& best,
                                            std::size_t parameter, Workspace& workspace, double level,
                                            const MinimiserOptions& options) {
    if (auto fine = check_scan(likelihood, best, parameter); !fine) return fine.error();
    if (!(level > 0) || !std::isfinite(level))
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("errors at Δχ² = {}: it must be positive", level));
    const auto covariance = fisher_covariance(likelihood, best, likelihood.varied(), workspace);
    const double error = covariance.error(parameter).value_or(scale_of(likelihood.parameters()[parameter]));
    const double guess = std::sqrt(level) * error;
    ProfileErrors errors;
    errors.level = level;
    errors.minus = CrossingSearch(likelihood, best, parameter, workspace, options, level, -1).find(guess);
    errors.plus = CrossingSearch(likelihood, best, parameter, workspace, options, level, +1).find(guess);
    return errors;
}

}  // namespace spillgate::offline::fit
