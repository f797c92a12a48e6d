// Loads a configuration: protobuf text format, with file, line, column, what was found and what is allowed in
// every refusal. A program that was refused has touched nothing.
#pragma once

#include <string>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::proto {

struct LoadedConfig {
    config::Config config;  // every default written out
    std::string effective;  // deterministic text of it, secrets left out: stored in the run
    std::string sha256;     // of `effective`; daq and online compare it
    std::string path;
};

// Errors: NOT_FOUND, IO, CONFIG. The message begins with "FILE:LINE:COLUMN: ".
Result<LoadedConfig> load_config(const std::string& path);
// The same for text that is already in memory (a run's stored config); `name` stands for the file in
// messages.
Result<LoadedConfig> parse_config(const std::string& text, const std::string& name);

}  // namespace spillgate::proto
