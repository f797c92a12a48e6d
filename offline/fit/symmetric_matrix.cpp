#include "offline/fit/symmetric_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::offline::fit {

Cholesky::Cholesky(std::size_t largest) {
    factor_.reserve(largest * largest);
    scale_.reserve(largest);
    column_.reserve(largest);
}

void Cholesky::factorise(std::span<const double> matrix, std::size_t n, double damping, double tolerance) {
    n_ = n;
    dropped_ = 0;
    factor_.assign(n * n, 0);
    scale_.resize(n);
    column_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double diagonal = matrix[i * n + i];
        scale_[i] = diagonal > 0 && std::isfinite(diagonal) ? 1 / std::sqrt(diagonal) : 0;
    }
    for (std::size_t i = 0; i < n; ++i) {
        double* row = &factor_[i * n];
        for (std::size_t j = 0; j <= i; ++j) {
            const double* other = &factor_[j * n];
            double sum = matrix[i * n + j] * scale_[i] * scale_[j];
            if (i == j) sum += damping;
            for (std::size_t k = 0; k < j; ++k)
                sum -= row[k] * other[k];
            if (i != j) {
                row[j] = other[j] == 0 ? 0 : sum / other[j];
            } else if (scale_[i] > 0 && sum > tolerance) {
                row[i] = std::sqrt(sum);
            } else {
                std::fill_n(row, i + 1, 0.0);
                ++dropped_;
            }
        }
    }
}

void Cholesky::solve(std::span<double> right_hand_side) const {
    for (std::size_t i = 0; i < n_; ++i) {
        const double* row = &factor_[i * n_];
        double sum = right_hand_side[i] * scale_[i];
        for (std::size_t k = 0; k < i; ++k)
            sum -= row[k] * right_hand_side[k];
        right_hand_side[i] = row[i] == 0 ? 0 : sum / row[i];
    }
    for (std::size_t i = n_; i-- > 0;) {
        const double pivot = factor_[i * n_ + i];
        double sum = right_hand_side[i];
        for (std::size_t k = i + 1; k < n_; ++k)
            sum -= factor_[k * n_ + i] * right_hand_side[k];
        right_hand_side[i] = pivot == 0 ? 0 : sum / pivot;
    }
    for (std::size_t i = 0; i < n_; ++i)
        right_hand_side[i] *= scale_[i];
}

void Cholesky::invert(std::span<double> inverse) const {
    for (std::size_t i = 0; i < n_; ++i) {
        std::fill(column_.begin(), column_.end(), 0.0);
        column_[i] = dropped(i) ? 0 : 1;
        solve(column_);
        for (std::size_t j = 0; j < n_; ++j)
            inverse[j * n_ + i] = column_[j];
    }
    // Rounding leaves the two triangles apart.
    for (std::size_t i = 0; i < n_; ++i)
        for (std::size_t j = 0; j < i; ++j)
            inverse[i * n_ + j] = inverse[j * n_ + i] = 0.5 * (inverse[i * n_ + j] + inverse[j * n_ + i]);
}

}  // namespace spillgate::offline::fit
