// The minimum of a χ² (twice a negative log-likelihood ratio) within bounds, and its errors. What the fits of
// this folder share.
#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <boost/numeric/ublas/matrix.hpp>
#include <nlopt.hpp>

namespace spillgate::offline {

// Parameters should be scaled to order one. NLopt finds the minimum: a simplex the valley, a gradient method
// its bottom.
class LikelihoodMinimum {
  public:
    using Values = std::vector<double>;
    using Chi2 = std::function<double(const Values&)>;

    LikelihoodMinimum(Chi2 chi2, Values lowest, Values highest);

    // Minimises from a start; keeps the best point of all starts.
    void minimise(const Values& start);
    // From the inverse of the matrix of second derivatives, taken numerically, of the parameters with
    // `varied`; the others get 0. False if the point is no minimum in them.
    bool find_errors(const std::vector<bool>& varied);
    // The error, by the matrix that find_errors made, of a function of the parameters with this gradient.
    double error_of(const Values& gradient) const;
    // Half the interval in which χ², minimised over the other parameters, is within 1 of its minimum: a
    // standard deviation also where others are at their bounds or χ² is no parabola. Each minimisation starts
    // from its neighbour's end and from `other`; a lower minimum found on the way becomes the best point.
    // Nothing if the interval reaches a bound.
    std::optional<double> half_interval(std::size_t parameter, const Values& other);

    const Values& best() const { return best_; }
    const Values& errors() const { return errors_; }
    double chi2() const { return best_chi2_; }
    // Whether the best point has this parameter at neither bound.
    bool inside_bounds(std::size_t parameter) const;

  private:
    double step(std::size_t i, const Values& p) const { return 1e-4 * std::max(std::abs(p[i]), 0.01); }
    double with_gradient(const Values& point, Values& gradient) const;
    // Returns the χ² that p reached.
    double improve(nlopt::algorithm algorithm, Values& p, std::optional<std::size_t> held = std::nullopt);
    std::optional<double> distance_to_edge(std::size_t parameter, double direction, const Values& other);
    double second_derivative(std::size_t a, std::size_t b) const;

    Chi2 chi2_;
    Values lowest_, highest_, best_, errors_;
    double best_chi2_ = HUGE_VAL;
    boost::numeric::ublas::matrix<double> covariance_;  // 0 where not varied
};

}  // namespace spillgate::offline
