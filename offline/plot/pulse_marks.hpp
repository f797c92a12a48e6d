// What the PMT chain found in one trace, for drawing: the one place here that knows of its insides.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::plot {

// Codes as the chain corrects them; positions in samples, both ends inside.
struct PulseMarks {
    double baseline = 0;
    std::optional<double> threshold;  // nothing, where peaks are sought in a filtered trace
    std::vector<std::pair<std::int64_t, std::int64_t>> regions;
    std::vector<double> areas_pe;  // of the regions: their sums over the SPE charge that holds for the slot
};

// Nothing, unless the channel, or the one that it is a partner of, is read by a PMT chain.
std::optional<PulseMarks> find_pulses(const config::Config& config, const config::Channel& channel,
                                      const proto::SpillRecord& record, const proto::Trace& trace);

// Codes of a trace in the channel's own scale: shifted down, and corrected by the table of the chain that
// reads the channel. `config_channel` may be null.
std::vector<std::int32_t> codes_of(const config::Config& config, const config::Channel* config_channel,
                                   const proto::SpillRecord& record, const proto::Trace& trace);

}  // namespace spillgate::offline::plot
