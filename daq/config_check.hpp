// What can be said of a daemon's configuration before any device, host or disk is asked.
#pragma once

#include <string>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::daq {

// What a start would refuse: a board that its digitizer cannot be, clocks and marks that do not fit each
// other, windows that cannot be. `daemon`: empty for the lead. A daemon that replays a run learns of that
// run's clock at the start alone. Errors: CONFIG.
proto::Status check_config(const config::Config& config, const std::string& daemon);

}  // namespace spillgate::daq
