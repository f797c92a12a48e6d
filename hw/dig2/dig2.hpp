// CAEN VX27xx digitizers over their open TCP protocol ("dig2").
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::dig2 {

// Opens no socket yet; a configuration that the module cannot hold is refused here. Errors: CONFIG, naming
// the module, the field and its parameter.
proto::Result<std::unique_ptr<Source>> make_dig2(const config::Board& board);

}  // namespace spillgate::hw::dig2
