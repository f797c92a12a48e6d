// Alarms that need no configuration. A rule of the configuration with the same name replaces one of these.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/schema/console.pb.h"

namespace spillgate::online {

// `warn_below_bytes`: the detector's storage.warn_below_bytes.
std::vector<config::AlarmRule> built_in_rules(std::uint64_t warn_below_bytes);

// These, then the configuration's.
std::vector<config::AlarmRule> all_rules(const config::Console& console, std::uint64_t warn_below_bytes);

}  // namespace spillgate::online
