// The scale from ADC to keV through fitted lines: a weighted least-squares polynomial.
#pragma once

#include <array>
#include <span>

#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

enum class ScaleForm { PROPORTIONAL = 0, LINEAR = 1, QUADRATIC = 2 };

// energy_kev = c[0] + c[1]·E + c[2]·E².
struct EnergyScale {
    std::array<double, 3> c{};
    std::array<double, 3> error{};  // 0: not varied
    double chi2 = 0;
    std::uint32_t ndof = 0;
    double kev(double adc) const { return c[0] + c[1] * adc + c[2] * (adc * adc); }
};

// Through the lines with `used`, each weighted by its position's error. Errors: REFUSED, in words, if there
// are fewer lines than coefficients or they do not determine them.
proto::Result<EnergyScale> fit_scale(std::span<const wire::HpgeLineFit> lines, ScaleForm form);

}  // namespace spillgate::offline
