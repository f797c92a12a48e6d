// What the boxes of a configuration may not contradict. Whether a chain has a variable, only the engine
// knows: it refuses a box of unknown variables when it is made.
#pragma once

#include "proto/config_rules.hpp"

namespace spillgate::proto {

void box_contradictions(const config::Config& config, std::vector<Contradiction>& found);

}  // namespace spillgate::proto
