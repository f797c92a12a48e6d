#include "offline/exposure/residual.hpp"

namespace spillgate::offline {

std::optional<Alpha> alpha(const ExposureSums& exposure, double relative_uncertainty) {
    if (exposure.in_time.live_ps <= 0 || exposure.anti_coincident.live_ps <= 0) return std::nullopt;
    const double value =
        static_cast<double>(exposure.in_time.live_ps) / static_cast<double>(exposure.anti_coincident.live_ps);
    return Alpha{value, value * relative_uncertainty};
}

std::optional<Alpha> residual_alpha(const HistogramView& view) {
    if (view.sealed != Sealing::NONE) return std::nullopt;
    return alpha(*view.exposure, view.alpha_relative_uncertainty);
}

Residual residual(std::uint64_t in_time, std::uint64_t anti_coincident, const Alpha& alpha) {
    const double c = static_cast<double>(in_time);
    const double ac = static_cast<double>(anti_coincident);
    const double scaled = alpha.value * ac;
    const double from_alpha = ac * alpha.sigma;
    return {c - scaled, c + alpha.value * scaled + from_alpha * from_alpha};
}

}  // namespace spillgate::offline
