// The config's boxes (docs/blinding.md), checked and resolved to indices: where the signal of each chain
// lies.
#pragma once

#include <memory>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "offline/spectra/spectra.hpp"
#include "offline/spectra/value_cut.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline {

struct BoxPlan {
    std::vector<ValueCut> inside;      // a candidate that passes all of them is in the box; none: no box
    std::vector<BoxRangeView> ranges;  // the same for people
};

// One for each of Config.chain, whose chains are `chains`, in its order. Errors: CONFIG: a box of no chain,
// an unknown variable, or one of windows: every window has that, so what would be missing outside would count
// what is inside.
proto::Result<std::vector<BoxPlan>> plan_boxes(const config::Config& config,
                                               const std::vector<std::shared_ptr<const Chain>>& chains);

// That of a channel's chain. `channel`: index into Config.channel, of one that has a chain.
const BoxPlan& box_of(const config::Config& config, const std::vector<BoxPlan>& boxes, std::size_t channel);

}  // namespace spillgate::offline
