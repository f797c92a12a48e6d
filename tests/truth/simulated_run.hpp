// A detector simulated and reconstructed as fast as possible: what the engine found, and what really
// happened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::truth {

// One window of one slot, and its candidate.
struct SearchedWindow {
    std::int64_t roi_begin = 0;  // ticks of the board's clock, [begin, end)
    std::int64_t roi_end = 0;
    bool found = false;
    std::uint32_t quality = 0;
    double t_rec_ns = 0;
    double size = 0;
    double f90 = 0;  // NaN where the chain has none
};

struct Deposit {
    std::int64_t tick = 0;
    std::string kind;  // as the truth list has it
    double size = 0;   // PE, or keV
};

struct SimulatedRun {
    config::Config config;
    double tick_ns = 0;
    std::vector<SearchedWindow> windows;  // by time
    std::vector<Deposit> deposits;        // by time; no muons
    std::uint64_t slots = 0;
};

// Runs the configuration's only board for `seconds` of simulated time. `size` names the chain's variable; a
// chain without one of that name, or without `t_rec_ns`, is refused. Uses one thread, and a truth list in
// `scratch`. Errors: as of configuration, engine, pipeline and simulation.
proto::Result<SimulatedRun> simulate(const std::filesystem::path& config, const std::string& size,
                                     double seconds, std::uint64_t seed,
                                     const std::filesystem::path& scratch);

}  // namespace spillgate::truth
