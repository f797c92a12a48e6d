// The configuration that tests of this room use.
#pragma once

#include "proto/config_loader.hpp"

namespace spillgate::test {

// config/demo-simulation.txtpb.
const proto::LoadedConfig& demo_config();

}  // namespace spillgate::test
