// Small dense symmetric matrices, of which fits have a dozen rows at most: factorised, solved and inverted
// without allocation once their memory is there. Row-major, n × n, both triangles filled.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace spillgate::offline::fit {

// Cholesky factors of a positive semidefinite matrix, scaled to a unit diagonal first, so that parameters of
// any units are alike. A row that depends on those before it within rounding (or is no positive one) is
// dropped: the solution has 0 there.
class Cholesky {
  public:
    explicit Cholesky(std::size_t largest = 0);

    // O(n³). `damping` is added to each element of the scaled diagonal. `tolerance`: a scaled pivot at or
    // below it is dropped. Grows the memory if n is larger than before.
    void factorise(std::span<const double> matrix, std::size_t n, double damping = 0,
                   double tolerance = 1e-12);
    // True if no row was dropped.
    bool positive_definite() const { return dropped_ == 0; }
    bool dropped(std::size_t row) const { return factor_[row * n_ + row] == 0; }

    void solve(std::span<double> right_hand_side) const;  // in place, O(n²)
    void invert(std::span<double> inverse) const;         // n × n, O(n³)

  private:
    std::size_t n_ = 0;
    std::size_t dropped_ = 0;
    std::vector<double> factor_;  // lower triangle; 0 on the diagonal of a dropped row
    std::vector<double> scale_;   // 1/√diagonal
    mutable std::vector<double> column_;
};

}  // namespace spillgate::offline::fit
