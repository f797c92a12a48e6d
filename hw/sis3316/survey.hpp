// What a person asks of a module outside of a run: all its registers, and how quiet its channels are.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/sis3316/module.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::sis3316 {

struct RegisterValue {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
};
// In order of address.
proto::Result<std::vector<RegisterValue>> dump(Module& module);

struct ChannelNoise {
    std::uint32_t channel = 0;
    std::uint64_t events = 0;
    double baseline_adc = 0;
    double rms_adc = 0;
};

// The board's settings, but every enabled channel on the external trigger alone.
config::Board for_noise(const config::Board& board);
// Mean and rms of all samples of `triggers` forced triggers, per enabled channel. The module has been brought
// up with the settings of for_noise(); the input TI is off meanwhile.
proto::Result<std::vector<ChannelNoise>> measure_noise(Module& module, const ModuleSettings& settings,
                                                       std::uint32_t board, unsigned triggers);

}  // namespace spillgate::hw::sis3316
