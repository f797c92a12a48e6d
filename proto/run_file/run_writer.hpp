// Writes a run directory: run.txtpb and append-only segments of blocks. Layout: docs/run-files.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "proto/result.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/schema/config.pb.h"
#include "proto/schema/run.pb.h"
#include "proto/wire.hpp"

namespace spillgate::proto {

// Single-threaded; owns open files. append() only writes; sync() makes what was appended durable. The caller
// (the recorder's thread) syncs at least every 500 ms and acknowledges only what sync() has covered.
class RunWriter {
  public:
    // Creates <runs_dir>/run-NNNNNN/ (for a follower, as `description` says: run-NNNNNN-<daemon>/). Errors:
    // EXISTS, IO, DISK_FULL; no directory is left after one.
    static Result<std::unique_ptr<RunWriter>> create(FileLayer& files, const std::string& runs_dir,
                                                     const wire::RunDescription& description,
                                                     const config::Storage& storage);
    virtual ~RunWriter() = default;

    // Sequences must increase. DISK_FULL leaves all whole blocks valid; close() then ends the run. REFUSED:
    // not a SPILL or VERDICT, a sequence that does not increase, or a message beyond wire.hpp's bounds.
    virtual Status append(const Message& message) = 0;
    // After an error here nobody knows what is on disk: append(), sync() and close() then return that error,
    // and the run reads as aborted.
    virtual Status sync() = 0;
    // Ends the run: trailer, end record, final run.txtpb. Uses the space held in reserve, so it succeeds on a
    // full disk.
    virtual Status close(const wire::RunDescription& final_description) = 0;

    virtual std::uint64_t appended_messages() const = 0;
    virtual std::uint64_t synced_messages() const = 0;
    virtual std::uint64_t bytes_written() const = 0;
    virtual const std::string& directory() const = 0;
};

std::string run_directory_name(std::uint32_t number, std::string_view daemon, bool lead);

}  // namespace spillgate::proto
