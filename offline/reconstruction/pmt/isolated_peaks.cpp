#include "offline/reconstruction/pmt/isolated_peaks.hpp"

namespace spillgate::offline::pmt {

// Exact integers until the last divisions: 2^9 squares of 17-bit numbers.
std::optional<TraceLevel> quiet_level(std::uint16_t channel, const TraceSamples& x,
                                      std::span<const Peak> peaks, std::size_t samples) {
    const auto stop = static_cast<std::int64_t>(std::min({samples, level_samples, x.size()}));
    if (stop == 0) return std::nullopt;
    const auto origin = static_cast<std::int64_t>(x.corrected(0));
    std::int64_t count = 0;
    std::int64_t sum = 0;
    std::int64_t squares = 0;
    const auto add = [&](std::int64_t from, std::int64_t until) {
        for (auto i = from; i < until; ++i) {
            const auto code = x.corrected(static_cast<std::size_t>(i)) - origin;
            sum += code;
            squares += code * code;
        }
        count += std::max<std::int64_t>(0, until - from);
    };
    std::int64_t next = 0;
    for (const auto& peak : peaks) {
        if (peak.begin >= stop) break;
        add(next, peak.begin);
        next = std::max(next, peak.end + 1);
    }
    add(next, stop);
    if (count < static_cast<std::int64_t>(fewest_level_samples)) return std::nullopt;
    const auto n = static_cast<double>(count);
    const auto rest = static_cast<double>(sum);
    const double variance = (static_cast<double>(squares) - rest * rest / n) / (n - 1);
    return TraceLevel{channel, static_cast<double>(origin) + rest / n,
                      variance > 0 ? std::sqrt(variance) : 0};
}

}  // namespace spillgate::offline::pmt
