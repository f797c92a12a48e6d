#include "offline/calibration/decay_fit.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr std::uint64_t fewest_tails = 20;
constexpr double sigma_of_median_deviation = 1.4826;
constexpr double median_over_mean_error = 1.2533;  // √(π/2), of a normal distribution

struct Weighted {
    double value = 0, weight = 0;
};

double weighted_median(std::vector<Weighted> values) {
    std::ranges::sort(values, {}, &Weighted::value);
    double total = 0;
    for (const auto& v : values)
        total += v.weight;
    double below = 0;
    for (const auto& v : values) {
        below += v.weight;
        if (below >= 0.5 * total) return v.value;
    }
    return values.back().value;
}

}  // namespace

proto::Result<DecayFit> fit_decay(const HpgeChannelPulses& channel) {
    std::vector<Weighted> tails;
    double weights = 0;
    for (const auto& pulse : channel.pulses) {
        if (!std::isfinite(pulse.tail_lambda)) continue;
        tails.push_back({pulse.tail_lambda, pulse.at_zero * pulse.at_zero});
        weights += tails.back().weight;
    }
    if (tails.size() < fewest_tails)
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{} tails for the decay constant; needed: {}", tails.size(), fewest_tails));
    DecayFit fit;
    fit.tails = tails.size();
    fit.lambda = weighted_median(tails);
    if (!(fit.lambda > 1e-6 && fit.lambda < 0.6))
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("the tails do not decay within 1 to 1e6 samples (fraction lost per "
                                        "sample {:.3g})",
                                        fit.lambda));
    // Deviations in units of each tail's own expected spread.
    std::vector<Weighted> deviations;
    deviations.reserve(tails.size());
    for (const auto& tail : tails)
        deviations.push_back({std::abs(tail.value - fit.lambda) * std::sqrt(tail.weight), 1});
    const double spread = sigma_of_median_deviation * weighted_median(deviations);
    const double error = median_over_mean_error * spread / std::sqrt(weights);
    const double logarithm = std::log1p(-fit.lambda);
    fit.decay_ns = -channel.sample_period_ns / logarithm;
    fit.decay_error_ns = channel.sample_period_ns / ((1 - fit.lambda) * logarithm * logarithm) * error;
    return fit;
}

}  // namespace spillgate::offline
