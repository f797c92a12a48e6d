// What sets one kind of detector apart: what is deposited in it, and what its channels see of that.
#pragma once

#include <memory>
#include <vector>

#include "hw/simulation/channel_signal.hpp"
#include "hw/simulation/digitizer.hpp"

namespace spillgate::hw::simulation {

struct Channel {
    std::unique_ptr<ChannelSignal> signal;
    Digitizer digitizer;
};

struct DetectorKind {
    std::unique_ptr<DepositGenerator> generator;
    std::vector<Channel> channels;  // the detectors in order, then the veto
};

}  // namespace spillgate::hw::simulation
