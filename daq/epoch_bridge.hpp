// The marks' clock, where it goes on in a new epoch: two readings of one moment.
#pragma once

#include "proto/time.hpp"

namespace spillgate::daq {

struct EpochBridge {
    proto::ClockTime before;  // what the counter would read that is gone
    proto::ClockTime after;
    double uncertainty_ns = 0;
};

}  // namespace spillgate::daq
