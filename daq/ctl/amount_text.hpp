// Amounts as people write them on a command line.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::daq {

// "3600s", "90min", "2h", "1.5d"; a number alone is seconds. Errors: CONFIG, with what is allowed.
proto::Result<double> seconds_in(std::string_view text);

// "500GB", in powers of 1000: B, kB, MB, GB, TB; a number alone is bytes. Errors: CONFIG.
proto::Result<std::uint64_t> bytes_in(std::string_view text);

// "1.5e19". Errors: CONFIG.
proto::Result<double> protons_in(std::string_view text);

}  // namespace spillgate::daq
