// Struck SIS3316 digitizers over their own UDP protocol (SIS3316 manual, Ethernet UDP addendum).
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::sis3316 {

// Opens no socket yet; a configuration that the module cannot hold is refused here. Errors: CONFIG, naming
// the module, the field and its register.
proto::Result<std::unique_ptr<Source>> make_sis3316(const config::Board& board);

}  // namespace spillgate::hw::sis3316
