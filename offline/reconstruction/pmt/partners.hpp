// The PMTs of one detector as the config names them: a channel with a chain, and its partners.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::pmt {

// The channel itself, then those of its partners that the config has, as Channel.partner orders them.
std::vector<const config::Channel*> pmts_of(const config::Channel& channel, const config::Config& config);

// Whether a channel names the chain, or is a partner of one that does.
bool is_pmt_of(const config::Channel& channel, const std::string& chain, const config::Config& config);

// nullptr: there is none with that id.
const config::Board* board_of(const config::Channel& channel, const config::Config& config);

// CONFIG, "chain … on channel …: what".
proto::Status refuse(const config::Chain& chain, const config::Channel& channel, std::string_view what);

// Errors: CONFIG: a policy that keeps less than whole traces where these are needed.
proto::Status check_policy(const config::Chain& chain, const config::Channel& channel,
                           const config::Gate& gate);

// Errors: CONFIG: more PMTs than most_pmts, fewer than `coincidence_pmts`, boards of different sample rates,
// or boards that are read by different daemons.
proto::Status check_partners(const config::Chain& chain, const config::Channel& channel,
                             const config::Config& config, std::uint32_t coincidence_pmts);

}  // namespace spillgate::offline::pmt
