// The conditional-mean filter: a baseline that follows the trace but not its pulses. Holds its ring, so that
// nothing is allocated per trace once warm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::offline::pmt {

class ConditionalMean {
  public:
    ConditionalMean(std::uint32_t length, std::int32_t band) : length_(length), band_(band) {}
    // RECONSTRUCTION §1 step 9. m is the mean of the last `length` accepted values, which before the first
    // sample are all `start`. A sample within the band (|c − m| ≤ band) gives 0 and enters the mean; any
    // other gives m − c and m itself enters. One running sum in double, in the order of the samples.
    // `filtered` must be as long as `codes`.
    void operator()(std::span<const std::int32_t> codes, std::int32_t start, std::span<double> filtered);

  private:
    std::uint32_t length_;
    std::int32_t band_;
    std::vector<double> accepted_;
};

}  // namespace spillgate::offline::pmt
