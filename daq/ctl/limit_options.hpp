// What a run is limited to, as the command line says it.
#pragma once

#include <cstdint>
#include <string>

#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
}

namespace spillgate::daq {

struct LimitOptions {
    std::string time, protons, bytes;
    std::uint64_t spills = 0;
    bool restart = false;
    bool none = false;  // of a change: it ends when somebody stops it

    void add_to(CLI::App& verb);
    bool any() const { return !time.empty() || spills > 0 || !protons.empty() || !bytes.empty(); }
    // Errors: CONFIG.
    proto::Result<wire::RunLimits> parse() const;
};

}  // namespace spillgate::daq
