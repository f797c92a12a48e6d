// Finds a pulse and its t0: a short asymmetric trapezoid, walked back from its maximum to the threshold.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "offline/reconstruction/hpge/kernels.hpp"

namespace spillgate::offline::hpge {

// A trapezoid's value belongs to the last sample that it has read; so t0 does not depend on what comes after
// it.
struct Onset {
    double t0 = 0;             // samples: the crossing, linear between the samples around it
    std::size_t crossing = 0;  // position in the sums: one past the first sample at or over the threshold
    double step_adc = 0;       // the trapezoid's maximum in the roi
};

struct OnsetSearch {
    std::optional<Onset> onset;
    double highest_adc = std::numeric_limits<double>::quiet_NaN();  // in the roi; NaN: no sample has a value
    bool begins_before = false;  // a pulse was over threshold from the first value on: no t0
};

// Largest value of the trapezoid in ADC at samples [begin, end); NaN where no sample has a value.
double highest_step_adc(std::span<const std::uint32_t> sums, const StepFilter& filter, std::int64_t begin,
                        std::int64_t end);

// The highest pulse of those whose t0 lies in the roi, samples [roi_begin, roi_end). A pulse that began
// before it is passed over.
OnsetSearch find_onset(std::span<const std::uint32_t> sums, const StepFilter& filter, double threshold_adc,
                       std::int64_t roi_begin, std::int64_t roi_end);

// Whether the trapezoid is at or over the threshold anywhere at positions [begin, end) of the sums.
bool any_step(std::span<const std::uint32_t> sums, const StepFilter& filter, double threshold_adc,
              std::int64_t begin, std::int64_t end);

}  // namespace spillgate::offline::hpge
