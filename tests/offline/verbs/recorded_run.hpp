// Small runs on disk for tests of the command line: a CsI-like detector at 60 Hz, 2000 samples a slot, every
// window kind and every reason not to count, seeded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/schema/run.pb.h"

namespace spillgate::offline::testing {

struct RunOptions {
    std::uint32_t number = 12;
    std::uint64_t seed = 1;
    std::uint64_t slots = 60;
    std::uint64_t first_slot = 0;
    std::string daemon = "daq";
    bool lead = true;
    std::size_t verdict_delay = 3;  // slots between a record and its verdict
    bool end_record = true;
    std::string config;  // empty: run_config()
    // Signals in the C rois of odd slots, 0.4 to 0.7 μs after their begin, other ones for each seed; there,
    // and after the first 0.2 μs of all C rois, is then nothing else. Everything outside is the same for all
    // seeds.
    std::optional<std::uint64_t> signal_seed;
    bool overflowing_signals = false;  // every other one reaches the end of the digitizer's range
};

// The text of a config that the loader takes: spectra "pe" and "pe_t" under a 2017-like selection.
std::string run_config();

// Writes the run below `runs_dir` and returns its directory.
std::string write_run(const std::string& runs_dir, const RunOptions& options);

}  // namespace spillgate::offline::testing
