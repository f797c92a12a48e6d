// The resolutions of the history, and what one point of it says of the values in its stretch of time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace spillgate::online {

inline constexpr std::array<double, 4> history_level_s{10, 60, 600, 7200};

// Mean, lowest and highest of n values. O(1) per value.
struct HistoryBin {
    std::int64_t index = 0;  // of its level: [index, index + 1) · width, UTC
    std::uint64_t n = 0;
    double mean = 0;
    double low = 0;
    double high = 0;

    void add(double value) { merge({index, 1, value, value, value}); }
    void merge(const HistoryBin& other) {
        if (other.n == 0) return;
        if (n == 0) {
            low = other.low;
            high = other.high;
        }
        n += other.n;
        mean += (other.mean - mean) * (static_cast<double>(other.n) / static_cast<double>(n));
        low = std::min(low, other.low);
        high = std::max(high, other.high);
    }
};

}  // namespace spillgate::online
