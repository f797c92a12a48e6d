// Runs on disk through the engine into spectra: what `reprocess` and `export` do alike.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offline/export/saved_spectra.hpp"
#include "offline/spectra/accumulator.hpp"
#include "proto/result.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::offline {

struct ProcessOptions {
    std::vector<std::string> directories;   // of one run: one, or those of its several daemons
    std::string config;                     // a path; empty: the config stored in the run
    std::vector<std::string> calibrations;  // paths; none: the constants of the config
    unsigned threads = 1;
    std::uint64_t first_slot = 0;
    std::uint64_t last_slot = std::numeric_limits<std::uint64_t>::max();
    std::string candidate_table;  // a path; empty: none
    std::string runs_dir;         // of the log of unblindings; empty: where the run's directory is
};

struct Processed {
    SavedSpectra saved;
    AccumulatorCounts counts;
    std::vector<proto::Damage> damage;  // of files, and blocks that cannot be decoded
    bool aborted = false;               // a run without end record
    std::uint64_t table_rows = 0;
};

// Blinded runs stay blinded, whatever the config says (blinding/second_config.hpp), and are opened if there
// is a key to them. Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED, DISK_FULL; CONFIG (of the config, or
// directories that are not one run's).
proto::Result<Processed> process_runs(const ProcessOptions& options);

}  // namespace spillgate::offline
