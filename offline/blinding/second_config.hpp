// A blinded run that is processed with another config than its own stays as blind as it was.
#pragma once

#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

struct SecondConfig {
    proto::LoadedConfig config;       // to process with
    bool leaves_out_in_time = false;  // C windows count as nothing, not even as exposure
};

// For a blinded run of the config `own` that is to be processed with `given`, which may be the same.
// - The result is blinded, whatever `given` says.
// - The box holds only as it was when the run was taken, under the same chains and their constants: with
//   another box, or if `recalibrated`, all C is sealed.
// - With other chains, channels or gate no C window is counted at all: what makes a window live could be set
//   up to count what is in it. AC is open as ever.
// Errors: CONFIG (of `given`, which loaded before: none is expected).
proto::Result<SecondConfig> second_config(const proto::LoadedConfig& own, const proto::LoadedConfig& given,
                                          bool recalibrated);

}  // namespace spillgate::offline
