#include "tests/offline/reconstruction/histogram_median.hpp"

#include <algorithm>

namespace spillgate::offline::test {

namespace {
constexpr std::int32_t lowest = -32768;
constexpr std::size_t codes_in_all = 32768 + 65536;
}  // namespace

HistogramMedian::HistogramMedian() : counts_(codes_in_all, 0) {}

std::int32_t HistogramMedian::operator()(std::span<const std::int32_t> codes) {
    if (codes.empty()) return 0;
    std::int32_t least = codes[0];
    std::int32_t most = codes[0];
    for (const auto code : codes) {
        ++counts_[static_cast<std::size_t>(code - lowest)];
        least = std::min(least, code);
        most = std::max(most, code);
    }
    std::uint64_t count = 0;
    std::int32_t median = least;
    for (; median < most; ++median) {
        count += counts_[static_cast<std::size_t>(median - lowest)];
        if (2 * count >= codes.size()) break;
    }
    std::fill(counts_.begin() + (least - lowest), counts_.begin() + (most - lowest) + 1, 0u);
    return median;
}

}  // namespace spillgate::offline::test
