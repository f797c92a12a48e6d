// The verb `module`: identifies, dumps and configures SIS3316 modules, and measures their noise, outside of a
// run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/result.hpp"

namespace spillgate::daq {

struct ModuleVerb {
    std::string action;  // identify, dump, apply or noise
    std::string config;
    std::string runtime_dir;             // empty: the configuration's
    std::optional<std::uint32_t> board;  // none: every SIS3316 of the configuration
    unsigned triggers = 100;             // of noise
    bool json = false;
};

// What is to be printed. While it runs, no daemon of the configuration can. Errors: CONFIG (no such action or
// board, and what a module cannot hold), REFUSED (a daemon owns the modules), and what talking to them says.
proto::Result<std::string> run_module_verb(const ModuleVerb& verb);

}  // namespace spillgate::daq
