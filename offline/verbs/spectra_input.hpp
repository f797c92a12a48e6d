// Spectra as verbs take them from people: saved by `reprocess` or `merge`, or run directories that are
// processed in memory.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "offline/verbs/process_runs.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

class SpectraInput {
  public:
    // INPUT, --config, --calibration, --runs-dir, --threads.
    void add_options(CLI::App& command);
    bool is_run() const;
    // Runs are processed, with a candidate table if its path is given. Errors: those of load_spectra and
    // process_runs; CONFIG, if options of runs are given for saved spectra.
    proto::Result<Processed> load(const std::string& candidate_table = {}) const;

  private:
    ProcessOptions options_;
};

}  // namespace spillgate::offline
