// What an HPGe chain refuses of a config, before anything is reconstructed.
#pragma once

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::hpge {

// Boards of fewer bits show steps, not energies.
inline constexpr std::uint32_t least_bits = 10;

// Errors: CONFIG, with chain, channel, what was found and what is allowed: a board of too few bits, a policy
// that reduces traces, lengths that the board's sampling makes too long, windows without room for the
// filters, slices that overlap, leave gaps or name no channel of the chain, a pile-up search that every pulse
// would answer.
proto::Status check_chain(const config::Chain& chain, const config::Config& config);

}  // namespace spillgate::offline::hpge
