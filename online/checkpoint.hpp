// Checkpoints on disk: one file per run, replaced atomically, checked before it is believed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/checkpoint.pb.h"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

// What a checkpoint must agree with to be used.
struct CheckpointKeys {
    std::string engine_hash;
    std::string config_sha256;
};

// SHA-256 over names and hashes of a run's calibrations, in their order.
std::string calibrations_sha256(const wire::RunDescription& run);

// Where checkpoints, exports and the console's databases lie: online.checkpoint_dir, or <runs_dir>/online.
std::string checkpoint_directory(const config::Config& config);
std::string checkpoint_path(const std::string& directory, std::uint32_t run);

// Layout: "SPGCHKPT", CRC32C of what follows (u32 little-endian), serialised wire::Checkpoint. Fills in
// format and calibrations. The file has mode 0640 from its creation. Errors: IO, DISK_FULL; the previous file
// is then still there.
proto::Status write_checkpoint(const std::string& directory, const CheckpointKeys& keys,
                               wire::Checkpoint checkpoint);

// Errors: NOT_FOUND, IO; CORRUPT (magic, checksum, content); UNSUPPORTED (format); REFUSED (another engine,
// config or set of calibrations; the message says which).
proto::Result<wire::Checkpoint> read_checkpoint(const std::string& path, const CheckpointKeys& keys);

// Runs that have a checkpoint file in `directory`, ascending.
std::vector<std::uint32_t> checkpointed_runs(const std::string& directory);
// Removes all but those of the newest `keep` runs.
void remove_old_checkpoints(const std::string& directory, std::size_t keep);

}  // namespace spillgate::online
