#include "tests/truth/rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spillgate::truth {

namespace {

// Linear between the sorted values.
double quantile(const std::vector<double>& sorted, double fraction) {
    const double at = fraction * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (values.empty()) return {nan, nan};
    std::sort(values.begin(), values.end());
    return {quantile(values, 0.5), (quantile(values, 0.84135) - quantile(values, 0.15865)) / 2};
}

double mean_of(const std::vector<double>& values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace spillgate::truth
