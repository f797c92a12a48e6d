// The conditional-mean filter: a baseline that follows the trace but not its pulses. Holds its ring, so that
// nothing is allocated per trace once warm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::offline::pmt {

class ConditionalMean {
  public:
    ConditionalMean(std::uint32_t length, std::int32_t band);
    // The CONDITIONAL_MEAN variant of docs/reconstruction.md. m is the mean of the last `length` accepted
    // values, which before the first sample are all `start`. A sample within the band (|c − m| ≤ band) gives
    // 0 and enters the mean; any other gives m − c and m itself enters. Integers in units of 2^-36 (coarser
    // beyond 256 values), so that a mean of whole codes is exact and no error builds up. `filtered` must be
    // as long as `codes`.
    void operator()(std::span<const std::int32_t> codes, std::int32_t start, std::span<double> filtered);

  private:
    std::int64_t length_;
    int fraction_bits_;
    std::int64_t band_;
    std::vector<std::int64_t> accepted_;
};

}  // namespace spillgate::offline::pmt
