// Configuration → what each channel shall do, in samples. What no VX27xx can do is refused here, before
// contact.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::dig2 {

inline constexpr std::uint32_t channels_max = 64;  // a scope event's channel mask has no more

struct ChannelPlan {
    std::uint32_t channel = 0;
    config::DigitizerInput input;  // the last entry that names it
    std::int64_t record = 0;       // samples
    std::int64_t pretrigger = 0;
    std::int64_t gate_offset = 0;  // DPP-PSD: both gates begin this much before the trigger
    std::int64_t gate_short = 0;
    std::int64_t gate_long = 0;
};

struct Plan {
    std::vector<ChannelPlan> channels;  // enabled ones, ascending
    bool external_trigger = false;      // at least one channel
    bool self_trigger = false;
    bool random_trigger = false;
};

// "board 3 (veto)": how messages name a board.
std::string name_of(const config::Board& board);

// CONFIG, naming board, field, value and what is allowed. `module_channels`: as the module says, or
// channels_max while it has not been asked.
proto::Result<Plan> plan_of(const config::Board& board, std::uint32_t module_channels);

// Ticks of the board's clock (samples) in one step of the timestamps: 8 ns in scope, one sample in DPP.
// CONFIG: not a whole number.
proto::Result<std::int64_t> ticks_per_stamp(const config::Board& board);

}  // namespace spillgate::hw::dig2
