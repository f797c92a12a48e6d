// α and the residual C − α·AC with its variance. Formulas and their reasons: docs/spectra.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "offline/spectra/spectra.hpp"

namespace spillgate::offline {

struct Alpha {
    double value = 0;  // E_C / E_AC
    double sigma = 0;
};

// Nothing, if either exposure is zero: then there is no residual, which is not the same as a residual of
// zero. σ_α = α · relative_uncertainty: both exposures are sums of exact lengths of the very windows that
// were filled, so how many windows passed adds no fluctuation of its own.
std::optional<Alpha> alpha(const ExposureSums& exposure, double relative_uncertainty);

// α of a residual: nothing either, while in-time candidates are sealed.
std::optional<Alpha> residual_alpha(const HistogramView& view);

struct Residual {
    double value = 0;
    double variance = 0;
};

// C − α·AC with variance C + α²·AC + AC²·σ_α² (Poisson counts, C and AC independent). Operations in this
// fixed order, so the result is the same bit for bit everywhere.
Residual residual(std::uint64_t in_time, std::uint64_t anti_coincident, const Alpha& alpha);

}  // namespace spillgate::offline
