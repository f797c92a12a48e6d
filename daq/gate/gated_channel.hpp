// What the configuration says of a channel, as far as the gate has to know.
#pragma once

#include <cstdint>

#include "proto/schema/config.pb.h"

namespace spillgate::daq {

struct GatedChannel {
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    bool needed = false;  // a detector or its veto: a window without its traces is truncated
    config::Channel::Policy policy = config::Channel::WHOLE;
    std::uint32_t every_nth = 1;
    double pulse_threshold_adc = 0;
    std::int64_t pulse_margin = 0;  // ticks
};

}  // namespace spillgate::daq
