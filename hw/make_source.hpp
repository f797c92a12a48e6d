// A board's configuration → the source that reads it.
#pragma once

#include <memory>
#include <optional>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw {

// Errors: CONFIG, NOT_FOUND (a replay's run), and what opening the device says.
proto::Result<std::unique_ptr<Source>> make_source(const config::Board& board, const config::Config& config);

// What a configuration says that no device of its kind can do, before one is asked: neither host nor disk is
// looked at. A simulation or a replay is not checked by it. What the board's source will say of itself; none
// for a replay, whose run says it. Errors: CONFIG, naming board and field.
proto::Result<std::optional<SourceInfo>> check_board(const config::Board& board);

}  // namespace spillgate::hw
