// What Config.slow_control may not contradict.
#pragma once

#include <vector>

#include "proto/config_rules.hpp"

namespace spillgate::proto {

// Names are unique and can stand in a URL and a CSV field; units can stand in a CSV field; every value has a
// source; limits are ordered: alarm_below ≤ warn_below < warn_above ≤ alarm_above; http_address is loopback.
void slow_control_contradictions(const config::Config& config, std::vector<Contradiction>& found);

}  // namespace spillgate::proto
