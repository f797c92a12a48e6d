#include "offline/fit/secant_correction.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace spillgate::offline::fit {

SecantCorrection::SecantCorrection(std::size_t n)
    : n_(n), learnt_(n * n), missing_(n), scaled_step_(n), scale_(n) {}

void SecantCorrection::forget() {
    std::fill(learnt_.begin(), learnt_.end(), 0.0);
}

void SecantCorrection::learn(std::span<const double> step, std::span<const double> gradient_before,
                             std::span<const double> gradient_after, std::span<const double> curvature) {
    double length = 0;
    for (std::size_t a = 0; a < n_; ++a) {
        if (!(curvature[a * n_ + a] > 0)) return;
        scale_[a] = std::sqrt(curvature[a * n_ + a]);
        scaled_step_[a] = step[a] * scale_[a];
        length += scaled_step_[a] * scaled_step_[a];
    }
    // Shorter than this, a change of the gradient is round-off.
    if (!(length > 1e-12)) return;
    double along = 0;
    for (std::size_t a = 0; a < n_; ++a) {
        double predicted = 0;
        for (std::size_t b = 0; b < n_; ++b)
            predicted += (curvature[a * n_ + b] + learnt_[a * n_ + b]) * step[b];
        missing_[a] = (gradient_after[a] - gradient_before[a] - predicted) / scale_[a];
        along += missing_[a] * scaled_step_[a];
    }
    for (std::size_t a = 0; a < n_; ++a)
        for (std::size_t b = 0; b < n_; ++b) {
            const double update = (missing_[a] * scaled_step_[b] + scaled_step_[a] * missing_[b]) / length -
                                  along * scaled_step_[a] * scaled_step_[b] / (length * length);
            learnt_[a * n_ + b] += update * scale_[a] * scale_[b];
        }
}

void SecantCorrection::add_to(std::span<const double> curvature, std::span<double> corrected) const {
    std::transform(curvature.begin(), curvature.begin() + static_cast<std::ptrdiff_t>(n_ * n_),
                   learnt_.begin(), corrected.begin(), std::plus<>());
}

}  // namespace spillgate::offline::fit
