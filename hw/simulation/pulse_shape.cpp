#include "hw/simulation/pulse_shape.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::simulation {

namespace {

constexpr double log_width = 0.35;  // σ of ln t: the fall is about twice as long as the rise
constexpr double end_of_pulse = 1e-4;

// ∫₀ᵗ of exp(−ln²(t/τ)/2σ²), up to a constant factor: the substitution u = ln(t/τ) makes it an error
// function.
double integral(double t, double tau) {
    if (t <= 0) return 0;
    return 0.5 * (1 + std::erf((std::log(t / tau) - log_width * log_width) / (log_width * std::sqrt(2.0))));
}

}  // namespace

PulseShape::PulseShape(double fwhm_samples) {
    // Half height lies at ln(t/τ) = ±σ√(2 ln 2).
    const double half = log_width * std::sqrt(2 * std::log(2.0));
    const double tau = fwhm_samples / (std::exp(half) - std::exp(-half));
    length_ = 2;
    while (1 - integral(length_ - 1, tau) > end_of_pulse)
        ++length_;
    samples_.resize(static_cast<std::size_t>(length_) * phases);
    for (int phase = 0; phase < phases; ++phase) {
        const double shift = (phase + 0.5) / phases;
        double sum = 0;
        const auto sample = [&](int i) -> float& {
            return samples_[static_cast<std::size_t>(phase) * static_cast<std::size_t>(length_) +
                            static_cast<std::size_t>(i)];
        };
        for (int i = 0; i < length_; ++i) {
            const double area = integral(i + 1 - shift, tau) - integral(i - shift, tau);
            sample(i) = static_cast<float>(area);
            sum += area;
        }
        for (int i = 0; i < length_; ++i)
            sample(i) = static_cast<float>(sample(i) / sum);
        if (phase == 0)
            for (int i = 0; i < length_; ++i)
                peak_ = std::max(peak_, static_cast<double>(sample(i)));
    }
}

}  // namespace spillgate::hw::simulation
