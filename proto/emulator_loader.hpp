// Loads the configuration of spillgate-emulator, as strictly as config_loader.hpp does the daemons'.
#pragma once

#include <string>
#include <vector>

#include "proto/config_rules.hpp"
#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::proto {

// Errors: NOT_FOUND, IO, CONFIG. The message begins with "FILE:LINE:COLUMN: ".
Result<config::Emulator> load_emulator(const std::string& path);
// The same for text that is already in memory; `name` stands for the file in messages.
Result<config::Emulator> parse_emulator(const std::string& text, const std::string& name);

// All contradictions, in the order of the rules. Pointers are into `emulator`.
std::vector<Contradiction> contradictions(const config::Emulator& emulator);

}  // namespace spillgate::proto
