#include "offline/cevns/exponential_gaussian.hpp"

#include <cmath>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

constexpr double root2 = std::numbers::sqrt2;

double normal_below(double z) {
    return 0.5 * std::erfc(-z / root2);
}

// exp(x²)·erfc(x) for x ≥ 0; beyond 20 its asymptotic series is exact to 1e-11, of what exp(−z²/2) makes
// negligible.
double scaled_erfc(double x) {
    if (x < 20) return std::exp(x * x) * std::erfc(x);
    const double y = 0.5 / (x * x);
    return (1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y)))) / (x * std::sqrt(pi));
}

// exp(r²/2 − rz)·Φ(z − r) with r = σ/τ, z = t/σ. On the side where the exponential explodes and Φ vanishes,
// their product is exp(−z²/2)/2 times the scaled erfc.
double decaying_part(double z, double r) {
    const double x = (r - z) / root2;
    if (x > 0) return 0.5 * scaled_erfc(x) * std::exp(-0.5 * z * z);
    return std::exp(r * (0.5 * r - z)) * 0.5 * std::erfc(x);
}

}  // namespace

double exponential_gaussian_density(double t, double sigma, double lifetime) {
    const double z = t / sigma;
    if (!(lifetime > 0)) return std::exp(-0.5 * z * z) / (sigma * std::sqrt(2 * pi));
    return decaying_part(z, sigma / lifetime) / lifetime;
}

double exponential_gaussian_below(double t, double sigma, double lifetime) {
    const double z = t / sigma;
    if (!(lifetime > 0)) return normal_below(z);
    return normal_below(z) - decaying_part(z, sigma / lifetime);
}

}  // namespace spillgate::offline::cevns
