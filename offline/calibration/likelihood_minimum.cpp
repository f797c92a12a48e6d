#include "offline/calibration/likelihood_minimum.hpp"

#include <algorithm>

#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>

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

void LikelihoodMinimum::improve(nlopt::algorithm algorithm, Values& p) {
    nlopt::opt optimizer(algorithm, static_cast<unsigned>(p.size()));
    optimizer.set_lower_bounds(lowest_);
    optimizer.set_upper_bounds(highest_);
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
    if (!(reached < best_chi2_)) return;
    best_chi2_ = reached;
    best_ = p;
}

// Errors are the square roots of the diagonal of 2·H⁻¹, H the second derivatives of χ².
bool LikelihoodMinimum::find_errors(const std::vector<bool>& varied) {
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < varied.size(); ++i)
        if (varied[i]) free.push_back(i);
    errors_.assign(best_.size(), 0);
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
    }
    return true;
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
