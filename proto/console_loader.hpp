// Loads the configuration of the console and the list of people who may act, as strictly as config_loader.hpp
// does the detector's.
#pragma once

#include <string>

#include "proto/config_rules.hpp"
#include "proto/result.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::proto {

struct LoadedConsole {
    config::Console console;  // every default written out
    std::string sha256;       // of its deterministic text: judgements of a run's quality name it
    std::string path;
};

// Errors: NOT_FOUND, IO, CONFIG. The message begins with "FILE:LINE:COLUMN: ".
Result<LoadedConsole> load_console(const std::string& path);
// The same for text that is already in memory; `name` stands for the file in messages.
Result<LoadedConsole> parse_console(const std::string& text, const std::string& name);

// Where the console's configuration of a detector's is looked for: NAME-console.txtpb beside NAME.txtpb.
std::string console_path_of(const std::string& config_path);

// Errors: as load_console.
Result<config::People> parse_people(const std::string& text, const std::string& name);

// All contradictions, in the order of the rules. Pointers are into the argument.
std::vector<Contradiction> contradictions(const config::Console& console);
std::vector<Contradiction> contradictions(const config::People& people);

}  // namespace spillgate::proto
