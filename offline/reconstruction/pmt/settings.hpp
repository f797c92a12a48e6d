// The PMT chain's parameters as the code uses them: codes as integers, lengths still in ns until a trace's
// sample period is known.
#pragma once

#include <cstdint>

#include "proto/schema/config.pb.h"

namespace spillgate::offline::pmt {

// What makes a run of samples a peak, and how far its region reaches around it.
struct PeakRule {
    std::int32_t threshold = 4;
    std::uint32_t min_width = 3;
    std::uint32_t before = 2;  // from the first sample over threshold
    std::uint32_t after = 1;   // from the first sample back under it
};

// ns → whole samples, to the nearest, at least `least`.
std::uint32_t samples_of_ns(double ns, double sample_period_ns, std::uint32_t least = 1);

// The peak rule of the chain's variant: CONDITIONAL_MEAN has margins of its own.
PeakRule peak_rule(const config::PmtChain& chain);

}  // namespace spillgate::offline::pmt
