// One trace on its own: its samples' prefix sums, from which every filter is made, its baseline, its
// extremes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/hpge/kernels.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::hpge {

// A channel's codes as numbers that rise with its pulses, and back.
struct RisingScale {
    RisingWords words;
    double code_at_zero = 0;  // code of number 0
    double sign = 1;          // codes per number: 1, or −1 where pulses go down

    RisingScale() = default;
    RisingScale(const proto::Encoding& encoding, bool positive_pulses);
    double code(double number) const { return code_at_zero + sign * number; }
};

// Of the first samples of a trace, in rising numbers.
struct Baseline {
    double mean = 0;
    double slope = 0;  // per sample, of the straight line of least squares; 0 for a single sample
    double rms = 0;    // about the mean
};

// Memory is reused from trace to trace.
struct TraceSums {
    std::vector<std::uint32_t> sums;  // sums[i] of the first i numbers, modulo 2³²
    Extremes extremes;
    Baseline baseline;
    std::size_t samples() const { return sums.size() - 1; }
    std::uint16_t number(std::size_t sample) const {
        return static_cast<std::uint16_t>(sums[sample + 1] - sums[sample]);
    }
};

// The baseline is that of the first `baseline_samples` ≤ longest_baseline, or of all there are; of none it is
// 0.
void sum_trace(std::span<const std::uint16_t> words, RisingWords rising, std::size_t baseline_samples,
               TraceSums& out);

// Whether a code lies at or beyond the chain's overflow codes (unset: the ends of the encoding), or the
// device says so.
bool overflows(const config::HpgeChain& chain, const proto::Trace& trace, const RisingScale& scale,
               const Extremes& extremes);

}  // namespace spillgate::offline::hpge
