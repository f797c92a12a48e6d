// The median of a stretch of codes, from a histogram. Holds the histogram, so that nothing is allocated per
// trace.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::offline::pmt {

class MedianBaseline {
  public:
    MedianBaseline();
    // The first code, from below, at which the running count reaches half of the number of codes (2·count ≥
    // n); 0 for none. Codes must lie in −32768 … 65535. O(n + range of the codes).
    std::int32_t operator()(std::span<const std::int32_t> codes);

  private:
    std::vector<std::uint32_t> counts_;  // all zero between calls
};

}  // namespace spillgate::offline::pmt
