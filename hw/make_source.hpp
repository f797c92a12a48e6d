// A board's configuration → the source that reads it.
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw {

// Errors: CONFIG, NOT_FOUND (a replay's run), and what opening the device says.
proto::Result<std::unique_ptr<Source>> make_source(const config::Board& board, const config::Config& config);

}  // namespace spillgate::hw
