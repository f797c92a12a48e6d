// slow-control.csv in a run's directory: every slow value over the course of the run. Owns a file. One row
// per value each record_s, and at every change of its state: docs/slow-control.md has the columns.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "daq/slow_control/slow_state.hpp"
#include "proto/run_file/file_layer.hpp"

namespace spillgate::daq {

// The first line, with its end.
std::string_view slow_record_header();

// A row, with its end. A STALE value is an empty field, never a number.
std::string slow_record_row(std::int64_t utc_ns, const config::SlowValue& value, const SlowReading& reading,
                            SlowState state);

// Append-only; rows are on disk within 2 s of write(), if sync_if_due() is called in between.
class SlowRecord {
  public:
    // Errors: EXISTS, IO, DISK_FULL.
    static proto::Result<SlowRecord> create(proto::FileLayer& files, const std::string& directory);

    // All rows or none. Errors: IO, DISK_FULL.
    proto::Status write(std::string_view rows);
    proto::Status sync_if_due();
    // Syncs, and makes the file read-only; nothing is written after it.
    proto::Status close();

  private:
    explicit SlowRecord(std::unique_ptr<proto::WritableFile> file) : file_(std::move(file)) {}

    std::unique_ptr<proto::WritableFile> file_;
    bool unsynced_ = false;
    std::chrono::steady_clock::time_point last_sync_ = std::chrono::steady_clock::now();
};

}  // namespace spillgate::daq
