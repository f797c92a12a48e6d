#include "hw/steady_ticks.hpp"

#include <cmath>

namespace spillgate::hw {

// Whole seconds and the rest apart: a double holds neither all ns nor all ticks of years.
std::int64_t tick_at(std::int64_t steady_ns, double frequency_hz) {
    const std::int64_t seconds = steady_ns / 1'000'000'000;
    const auto rest_ns = static_cast<double>(steady_ns % 1'000'000'000);
    return std::llround(static_cast<double>(seconds) * frequency_hz) +
           static_cast<std::int64_t>(rest_ns * 1e-9 * frequency_hz);
}

std::int64_t moment_ns(std::int64_t tick, double frequency_hz) {
    const double seconds = std::floor(static_cast<double>(tick) / frequency_hz);
    const auto rest = static_cast<double>(tick - std::llround(seconds * frequency_hz));
    return static_cast<std::int64_t>(seconds) * 1'000'000'000 +
           static_cast<std::int64_t>(std::ceil(rest * 1e9 / frequency_hz));
}

}  // namespace spillgate::hw
