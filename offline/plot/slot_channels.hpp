// The channels of a slot's record: those of the config by name, others by board and number.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::plot {

struct SlotChannel {
    std::string name;                         // "csi", or "0:4" for channel 4 of board 0
    const config::Channel* config = nullptr;  // null: the config does not name it
    int index = -1;                           // into Config.channel
    std::vector<const proto::Trace*> traces;  // raw stream, in time order
};

// Those with traces, in the config's order. Both arguments must outlive the result.
std::vector<SlotChannel> channels_of(const config::Config& config, const proto::SpillRecord& record);

// The channels of these names; none: all. Errors: NOT_FOUND (lists those with traces), CONFIG (more than
// `most`).
proto::Result<std::vector<SlotChannel>> choose_channels(const config::Config& config,
                                                        const proto::SpillRecord& record,
                                                        const std::vector<std::string>& names,
                                                        std::size_t most);

}  // namespace spillgate::offline::plot
