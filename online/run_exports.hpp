// Files for people's own tools, written when a run has ended: the same bytes as `spillgate-offline reprocess`
// of the run.
#pragma once

#include <string>

#include "offline/engine.hpp"
#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

// Writes spectra.h5, .json and .csv into <directory>/run-NNNNNN/ and returns that. Errors: IO, DISK_FULL.
proto::Result<std::string> export_run_spectra(const offline::Engine& engine, const offline::Spectra& spectra,
                                              const wire::RunDescription& run,
                                              const std::string& config_sha256, const std::string& directory);

}  // namespace spillgate::online
