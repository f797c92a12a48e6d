#include "offline/calibration/likelihood_minimum.hpp"

#include <algorithm>

#include <boost/numeric/ublas/lu.hpp>

namespace spillgate::offline {

namespace ublas = boost::numeric::ublas;

LikelihoodMinimum::LikelihoodMinimum(Chi2 chi2, Values lowest, Values highest)
    : chi2_(std::move(chi2)),
      lowest_(std::move(lowest)),
      highest_(std::move(highest)),
      best_(lowest_),
      errors_(lowest_.size(), 0) {}

void LikelihoodMinimum::minimise(const Values& start) {
    auto p = start;
    for (const auto algorithm : {nlopt::LN_SBPLX, nlopt::LD_SLSQP, nlopt::LN_SBPLX})
        improve(algorithm, p);
}

bool LikelihoodMinimum::inside_bounds(std::size_t i) const {
    const double margin = 1e-6 * std::max(std::abs(highest_[i]), std::abs(lowest_[i]));
    return best_[i] > lowest_[i] + std::min(1e-6, margin) && best_[i] < highest_[i] - margin;
}

double LikelihoodMinimum::with_gradient(const Values& point, Values& gradient) const {
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        Values up = point, down = point;
        up[i] = std::min(point[i] + step(i, point), highest_[i]);
        down[i] = std::max(point[i] - step(i, point), lowest_[i]);
        gradient[i] = (chi2_(up) - chi2_(down)) / (up[i] - down[i]);
    }
    return chi2_(point);
}

double LikelihoodMinimum::improve(nlopt::algorithm algorithm, Values& p, std::optional<std::size_t> held) {
    Values lowest = lowest_, highest = highest_;
    if (held) lowest[*held] = highest[*held] = p[*held];
    nlopt::opt optimizer(algorithm, static_cast<unsigned>(p.size()));
    optimizer.set_lower_bounds(lowest);
    optimizer.set_upper_bounds(highest);
    optimizer.set_min_objective(
        [](const Values& point, Values& gradient, void* self) {
            return static_cast<const LikelihoodMinimum*>(self)->with_gradient(point, gradient);
        },
        this);
    optimizer.set_ftol_abs(1e-7);
    optimizer.set_xtol_rel(1e-9);
    optimizer.set_maxeval(4000);
    double reached = 0;
    try {
        optimizer.optimize(p, reached);
    } catch (const std::exception&) {
        // Round-off at the minimum ends the gradient method this way; p is its best point.
        reached = chi2_(p);
    }
    if (reached < best_chi2_) {
        best_chi2_ = reached;
        best_ = p;
    }
    return reached;
}

std::optional<double> LikelihoodMinimum::half_interval(std::size_t parameter, const Values& other) {
    for (int attempt = 0; attempt < 4; ++attempt) {
        const double before = best_chi2_;
        const auto up = distance_to_edge(parameter, 1, other);
        const auto down = distance_to_edge(parameter, -1, other);
        if (best_chi2_ > before - 0.01) return up && down ? std::optional(0.5 * (*up + *down)) : std::nullopt;
        minimise(Values(best_));
    }
    return std::nullopt;
}

std::optional<double> LikelihoodMinimum::distance_to_edge(std::size_t parameter, double direction,
                                                          const Values& other) {
    const double centre = best_[parameter];
    const double minimum = best_chi2_;
    Values from = best_;  // the end of the newest point inside
    double inside = 0, sigmas_inside = 0;
    double outside = HUGE_VAL, sigmas_outside = HUGE_VAL;
    double distance = 0.03 * std::abs(centre);
    for (int i = 0; i < 30 && !(outside < HUGE_VAL && outside - inside < 0.01 * outside); ++i) {
        const double value = centre + direction * distance;
        if (!(value > lowest_[parameter] && value < highest_[parameter])) return std::nullopt;
        Values p = from, q = other;
        p[parameter] = q[parameter] = value;
        const double near = improve(nlopt::LD_SLSQP, p, parameter);
        const double far = improve(nlopt::LD_SLSQP, q, parameter);
        const double sigmas = std::sqrt(std::max(0.0, std::min(near, far) - minimum));
        if (std::abs(sigmas - 1) < 0.03) return distance;
        if (sigmas < 1) from = far < near ? q : p;
        (sigmas < 1 ? inside : outside) = distance;
        (sigmas < 1 ? sigmas_inside : sigmas_outside) = sigmas;
        // The root of the rise is all but linear in the distance.
        if (outside < HUGE_VAL)
            distance =
                inside + (outside - inside) *
                             std::clamp((1 - sigmas_inside) / (sigmas_outside - sigmas_inside), 0.1, 0.9);
        else
            distance *= std::clamp(1.05 / sigmas, 1.05, 2.0);
    }
    return inside > 0 && outside < HUGE_VAL ? std::optional(distance) : std::nullopt;
}

// Errors are the square roots of the diagonal of 2·H⁻¹, H the second derivatives of χ².
bool LikelihoodMinimum::find_errors(const std::vector<bool>& varied) {
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < varied.size(); ++i)
        if (varied[i]) free.push_back(i);
    errors_.assign(best_.size(), 0);
    covariance_ = ublas::zero_matrix<double>(best_.size(), best_.size());
    const auto n = free.size();
    if (n == 0) return false;
    ublas::matrix<double> hessian(n, n);
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b <= a; ++b)
            hessian(a, b) = hessian(b, a) = second_derivative(free[a], free[b]);
    ublas::permutation_matrix<std::size_t> permutation(n);
    ublas::matrix<double> inverse = ublas::identity_matrix<double>(n);
    if (ublas::lu_factorize(hessian, permutation) != 0) return false;
    ublas::lu_substitute(hessian, permutation, inverse);
    for (std::size_t a = 0; a < n; ++a) {
        if (!(inverse(a, a) > 0) || !std::isfinite(inverse(a, a))) return false;
        errors_[free[a]] = std::sqrt(2 * inverse(a, a));
        for (std::size_t b = 0; b < n; ++b)
            covariance_(free[a], free[b]) = 2 * inverse(a, b);
    }
    return true;
}

double LikelihoodMinimum::error_of(const Values& gradient) const {
    double variance = 0;
    for (std::size_t a = 0; a < gradient.size(); ++a)
        for (std::size_t b = 0; b < gradient.size(); ++b)
            variance += gradient[a] * covariance_(a, b) * gradient[b];
    return std::sqrt(std::max(0.0, variance));
}

double LikelihoodMinimum::second_derivative(std::size_t a, std::size_t b) const {
    const auto at = [&](double da, double db) {
        Values p = best_;
        p[a] += da;
        p[b] += db;
        return chi2_(p);
    };
    const double ha = 10 * step(a, best_);
    const double hb = 10 * step(b, best_);
    if (a == b) return (at(ha, 0) - 2 * best_chi2_ + at(-ha, 0)) / (ha * ha);
    return (at(ha, hb) - at(ha, -hb) - at(-ha, hb) + at(-ha, -hb)) / (4 * ha * hb);
}

}  // namespace spillgate::offline
