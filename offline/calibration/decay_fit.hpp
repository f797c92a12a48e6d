// The preamplifier's decay constant from the tails of many pulses.
#pragma once

#include <span>

#include "offline/calibration/hpge_pulses.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

struct DecayFit {
    double lambda = 0;
    double decay_ns = 0;
    double decay_error_ns = 0;
    std::uint64_t tails = 0;
};

// Weighted median of the pulses' own λ, each weighted by the square of its height (what white noise asks
// for): tails with other pulses in them do not pull it. The error is that of a median, from the weighted
// median deviation. Errors: REFUSED, in words, with fewer than 20 tails or without a decay between 1 and 10⁶
// samples.
proto::Result<DecayFit> fit_decay(const HpgeChannelPulses& channel);

}  // namespace spillgate::offline
