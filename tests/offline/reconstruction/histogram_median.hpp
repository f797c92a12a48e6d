// The plain way to a median of codes, from a histogram: what the one found on words is held to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::offline::test {

class HistogramMedian {
  public:
    HistogramMedian();
    // The first code, from below, at which the running count reaches half of the number of codes (2·count ≥
    // n); 0 for none. Codes must lie in −32768 … 65535. O(n + range of the codes).
    std::int32_t operator()(std::span<const std::int32_t> codes);

  private:
    std::vector<std::uint32_t> counts_;  // all zero between calls
};

}  // namespace spillgate::offline::test
