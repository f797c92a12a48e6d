// The configuration that tests of this room use.
#pragma once

#include "proto/config_loader.hpp"

namespace spillgate::test {

// config/demo-simulation.txtpb.
const proto::LoadedConfig& demo_config();

// The same, blinded; with a box, about half of what synthetic pulses are is in it (n_peaks from 0 to 22).
config::Config blinded_config(bool with_box = true);

}  // namespace spillgate::test
