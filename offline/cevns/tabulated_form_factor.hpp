// A form factor from a table: of F(q), or of the density ρ(r), by nuclear-structure models or electron
// scattering.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// The table's shape is kept when the radius moves: F(q; R) = F₀(q R/R₀). Cheap to copy.
class TabulatedFormFactor {
  public:
    // F at rising q from 0 (fm⁻¹), and the rms radius R₀ that belongs to it. Between the points: modified
    // Akima interpolation, even in q. Errors: CONFIG for fewer than four points, q that does not start at 0
    // or rise, F(0) ≠ 1 within 1e-6, |F| > 1, R₀ that is not positive.
    static proto::Result<TabulatedFormFactor> from_form_factor(std::span<const double> q_per_fm,
                                                               std::span<const double> value, double rms_fm);
    // ρ at rising r ≥ 0 (fm), of any norm; linear between the points, constant below the first, zero beyond
    // the last. The transform of that density is exact; R₀ is its own. Errors: CONFIG for fewer than two
    // points, radii that do not rise, a density that is negative or integrates to nothing.
    static proto::Result<TabulatedFormFactor> from_density(std::span<const double> r_fm,
                                                           std::span<const double> density);

    double rms_fm() const { return rms_fm_; }
    double q_max_per_fm() const { return q_max_per_fm_; }  // at R₀
    // F and dF/dq at q of R₀, 0 ≤ q ≤ q_max (the last value beyond).
    struct Point {
        double value = 0, slope_fm = 0;
    };
    Point at(double q_per_fm) const;
    // ⟨R⁴⟩ and ⟨R⁶⟩ at R₀ of a density; of a table of F(q) they are not known, and 0.
    double r4_fm4() const { return r4_fm4_; }
    double r6_fm6() const { return r6_fm6_; }

  private:
    // Cubic Hermite between the points; `step_per_fm` is 0 where they are not evenly spaced.
    struct Curve {
        double step_per_fm = 0;
        std::vector<double> q_per_fm;
        std::vector<Point> points;
    };
    std::shared_ptr<const Curve> curve_;
    double rms_fm_ = 0, q_max_per_fm_ = 0, r4_fm4_ = 0, r6_fm6_ = 0;
};

}  // namespace spillgate::offline::cevns
