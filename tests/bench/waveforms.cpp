#include "tests/bench/waveforms.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace spillgate::bench {

void fill_waveform(std::span<std::uint16_t> samples, const WaveformShape& shape, std::int64_t onset,
                   int photoelectrons, std::mt19937_64& random) {
    constexpr double slow_share = 0.41 / 1.41;
    constexpr double polya = 4;
    const auto pulse_length = static_cast<std::int64_t>(8 * shape.pulse_samples);
    const auto last_begin = static_cast<std::int64_t>(samples.size()) - pulse_length - 1;

    std::vector<double> height(samples.size());
    std::exponential_distribution<double> fast(1 / shape.fast_samples);
    std::exponential_distribution<double> slow(1 / shape.slow_samples);
    std::bernoulli_distribution is_slow(slow_share);
    std::gamma_distribution<double> charge(polya, shape.spe_charge_adc / polya);
    for (int pe = 0; pe < photoelectrons; ++pe) {
        const double delay = is_slow(random) ? slow(random) : fast(random);
        const auto begin = std::min(last_begin, onset + static_cast<std::int64_t>(delay));
        const double peak = charge(random) / shape.pulse_samples;
        for (std::int64_t k = 0; k < pulse_length; ++k)
            height[static_cast<std::size_t>(begin + k)] +=
                peak * std::exp(-static_cast<double>(k) / shape.pulse_samples);
    }
    std::normal_distribution<double> noise(0, shape.noise_adc);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const long code = std::lround(shape.baseline_adc + noise(random) - height[i]);
        samples[i] = static_cast<std::uint16_t>(
            std::clamp(code, static_cast<long>(shape.lowest_code), static_cast<long>(shape.highest_code)));
    }
}

}  // namespace spillgate::bench
