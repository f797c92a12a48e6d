// One event in the summed light: where it starts, what it holds, and whether another lies on top.
#pragma once

#include <cstdint>

#include "offline/reconstruction/lar/summed_light.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::lar {

// The chain's lengths in samples of one period.
struct EventRule {
    config::LarChain::Start start = config::LarChain::FRACTION_OF_MAXIMUM;
    double start_fraction = 0.2;
    double pile_up_fraction = 0.5;
    std::int64_t maximum_within = 1;
    std::int64_t integration = 1;
    std::int64_t prompt = 1;
    std::int64_t pre = 0;
    std::int64_t pile_up_after = 0;

    // `longest`: what sums and their memory allow; longer is cut to it.
    static EventRule of(const config::LarChain& chain, double sample_period_ns, std::int64_t longest);
    // What an event at first light `a` may touch lies in [a − before(), a + after()).
    std::int64_t before() const { return maximum_within + pre; }
    std::int64_t after() const { return maximum_within + integration; }
};

// Positions in samples from the roi begin; light in units of 2^-28 PE.
struct LarEvent {
    std::int64_t start = 0;
    std::int64_t peak = 0;   // largest within maximum_within of first light
    std::int64_t total = 0;  // [start − pre, start + integration)
    std::int64_t prompt = 0;
    bool has_later = false;  // the integration window reaches beyond pile_up_after
    std::int64_t later_peak = 0;
    bool pile_up = false;
};

// docs/reconstruction.md, "The LAr chain", steps 4 to 7, for first light at `first_light` ≥ 0. `light` must
// hold the positions that the rule says.
LarEvent measure(const SummedLight& light, std::int64_t first_light, const EventRule& rule);

}  // namespace spillgate::offline::lar
