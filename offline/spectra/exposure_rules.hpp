// What may decide whether a window is live. Of blinded runs the exposure stays open, so it must not tell what
// lies in the windows that are sealed.
#pragma once

#include <string>

#include "offline/reconstruction/chain.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline {

// Whether a cut on this variable may cost EXPOSURE. Errors: CONFIG: it exists only for candidates; in a
// blinded config also, if it sees the roi, or says that a channel triggered. `where` begins the message.
proto::Status may_cost_exposure(const config::Config& config, const Variable& variable, const Chain& chain,
                                const std::string& where);

// Whether a selection may reject this quality bit of a candidate. Errors: CONFIG: in a blinded config, what
// says that there is a trace, where a trace says that something was seen.
proto::Status may_reject(const config::Config& config, const std::string& quality, const std::string& where);

}  // namespace spillgate::offline
