// How much data a configuration will bring, as far as it says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/schema/config.pb.h"

namespace spillgate::daq::doctor {

struct ExpectedRate {
    double bytes_per_s = 0;  // of samples, before compression, of what the common trigger records
    std::string missing;     // what else will come, that the configuration does not tell; empty: nothing
};

// Of these boards: the record of every channel in every cycle of the facility, 2 bytes a sample. Channels
// that trigger themselves, replays and gates without marks are `missing`.
ExpectedRate expected_rate(const config::Config& config, const std::vector<std::uint32_t>& boards);

}  // namespace spillgate::daq::doctor
