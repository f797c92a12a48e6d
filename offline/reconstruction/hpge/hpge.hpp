// The HPGe chain: a point-contact germanium detector behind a charge preamplifier, as docs/reconstruction.md
// ("The HPGe chain") defines it. First file to read of this folder: trace_sums.hpp has what a trace gives,
// onset.hpp finds a pulse, pulse.hpp measures it, pole_zero.hpp says why the energy is that of a step.
#pragma once

#include <memory>

#include "offline/reconstruction/chain.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::hpge {

// Errors: CONFIG, if a detector channel that names this chain cannot be read by it (checks.hpp).
proto::Result<std::unique_ptr<Chain>> make_hpge_chain(const config::Chain& chain,
                                                      const config::Config& config);

}  // namespace spillgate::offline::hpge
