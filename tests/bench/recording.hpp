// The daemon's road from a digitizer in memory to run files and a publisher, in this process.
#pragma once

#include <cstdint>
#include <filesystem>

#include "daq/publisher.hpp"
#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::bench {

struct Recording {
    std::filesystem::path directory;  // of the run
    std::uint64_t sample_bytes = 0;
    std::uint64_t complete = 0;  // slots, by the ledger of what was written
    double seconds = 0;          // from the first batch to the last byte synced
};

// Records run 1 of `slots` slots at the nominal load's shape, as fast as it goes. Errors: what its parts say;
// REFUSED if a slot was lost.
proto::Result<Recording> record(const proto::LoadedConfig& config, std::uint64_t slots,
                                daq::Publisher& publisher);

}  // namespace spillgate::bench
