// The configuration that an imported run says of itself, so that it is replayed and reprocessed like any
// other.
#pragma once

#include <string>

#include "offline/import/csi_minute.hpp"
#include "offline/import/import.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

// Free-running slices of `slice_ticks`; boards and channels as found, or the channels, chains and spectra of
// options.config with those boards.
config::Config free_running_config(const Recording& recording, const ImportOptions& options,
                                   std::int64_t slice_ticks);

// Beam-triggered with the data set's windows, the 2017 chain and plain spectra, or those of options.config.
config::Config csi_config(const CsiWindows& windows, const ImportOptions& options,
                          const std::string& file_name);

}  // namespace spillgate::offline
