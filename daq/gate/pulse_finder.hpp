// Which parts of a trace policy PULSES keeps: everything that leaves the baseline, with a margin.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::daq {

struct SampleRange {
    std::uint32_t begin = 0;  // [begin, end)
    std::uint32_t end = 0;
};

// Owns scratch memory, so that finding allocates nothing in steady state.
class PulseFinder {
  public:
    PulseFinder() : counts_(65536, 0) {}
    // Stretches where |sample − median| ≥ threshold (ADC codes), widened by `margin` samples on both sides
    // and merged where they meet; ascending. Valid until the next call. O(samples).
    std::span<const SampleRange> find(std::span<const std::uint16_t> samples, proto::Encoding encoding,
                                      double threshold, std::uint32_t margin);

  private:
    std::vector<std::uint32_t> counts_;
    std::vector<SampleRange> ranges_;
};

}  // namespace spillgate::daq
