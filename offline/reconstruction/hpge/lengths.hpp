// The HPGe chain's lengths in samples of one trace.
#pragma once

#include <cstddef>
#include <cstdint>

#include "offline/reconstruction/hpge/kernels.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::hpge {

// Beyond these, sums of 16-bit samples do not fit the integers that the kernels use.
inline constexpr std::size_t longest_baseline = 65536;
inline constexpr std::size_t longest_filter = 32767;

// ns are rounded to the nearest sample, at least 1 (flat tops and delays: 0). The average before a pulse is
// rounded to a multiple of the one after it, so that their difference is an integer.
struct Lengths {
    std::size_t baseline = 1;
    StepFilter step;
    std::size_t rise = 1;
    std::size_t flat = 0;
    std::size_t pickoff = 0;  // after t0
    std::size_t current = 1;
    std::size_t pile_up_after = 0;

    Lengths() = default;
    Lengths(const config::HpgeChain& chain, double sample_period_ns);

    bool within_limits() const;
    // Whether a trace of so many samples is long enough for the baseline and each filter.
    bool fit(std::size_t samples) const;
    // Samples that a trace needs before a pulse's t0, of its baseline and its filters, and after it.
    std::size_t before_t0() const;
    std::size_t after_t0() const { return pickoff + 2; }
};

}  // namespace spillgate::offline::hpge
