// Messages → the files of one run: written in order by a thread of its own, synced at least every sync_ms,
// acknowledged only then. Owns a thread and, through the RunWriter, open files.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/circular_buffer.hpp>

#include "proto/ledger.hpp"
#include "proto/result.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"

namespace spillgate::daq {

struct RecorderSettings {
    std::uint64_t buffer_bytes = std::uint64_t{128} << 20;  // of records that wait to be written
    std::size_t buffer_messages = 1u << 16;
    std::chrono::milliseconds sync{250};
    std::uint64_t stop_below_bytes = 0;  // free space that asks for the end of the run
    std::uint64_t warn_below_bytes = 0;
};

struct RecorderStatus {
    std::uint64_t used_bytes = 0;
    std::uint64_t capacity_bytes = 0;
    std::uint64_t high_water_bytes = 0;
    std::uint64_t refused_records = 0;        // no room in the buffer: their slots are lost-disk
    std::uint64_t lost_records = 0;           // admitted, then refused by the disk: their slots are lost-disk
    std::uint64_t lost_verdicts = 0;          // that the disk refused
    std::uint64_t acknowledged_sequence = 0;  // everything before it is on disk, synced
    std::uint64_t bytes_written = 0;
    std::optional<std::uint64_t> free_bytes;  // of the file system of the run
    bool disk_nearly_full = false;            // below warn_below_bytes
    std::optional<std::string> stop_reason;   // why the run must end: "disk-full", "disk-failed"
    std::string error;                        // the same in words
};

// The ledger that it sums is that of the verdicts it wrote. If the disk refuses a record that was admitted,
// nothing is cut: verdicts go on into the space that is left (the writer holds some in reserve), and that of
// the refused record is rewritten to lost-disk, so the end record tells the truth about the file.
class Recorder {
  public:
    Recorder(std::unique_ptr<proto::RunWriter> writer, proto::FileLayer& files, RecorderSettings settings);
    ~Recorder();  // stops the thread without an end record, if finish() was not called

    // false: there is no room; counted. With `wait`, waits for room instead, and gives up only on failure of
    // the disk or after abandon_waiting().
    bool admit(std::uint64_t payload_bytes, bool wait);
    // An admitted record, or a verdict, in order of sequence. Never blocks.
    void put(proto::MessagePtr message);
    void abandon_waiting();

    // Writes and syncs what was put, then stops the thread. The files stay open for close().
    proto::Status finish();
    // After finish(): writes the end record.
    proto::Status close(const wire::RunDescription& final_description);

    RecorderStatus status() const;
    proto::Ledger ledger() const;  // of the verdicts written so far
    const std::string& directory() const { return directory_; }

  private:
    void run();
    bool take(std::vector<proto::MessagePtr>& batch, bool& finishing);
    void write(const proto::MessagePtr& message);
    void write_after_failure(const proto::MessagePtr& message);
    void count_verdict(const proto::Message& message);
    void sync();
    void fail(const proto::Error& error);

    std::unique_ptr<proto::RunWriter> writer_;
    proto::FileLayer& files_;
    const RecorderSettings settings_;
    std::string directory_;

    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable emptied_;
    boost::circular_buffer<proto::MessagePtr> waiting_;
    RecorderStatus status_;
    proto::Ledger ledger_;
    bool finishing_ = false;
    bool abandoned_ = false;
    bool refusing_ = false;  // the disk has failed: no record is admitted any more

    // of the thread alone
    bool failed_ = false;
    std::vector<std::uint64_t> lost_sequences_;  // of refused records, ascending
    std::uint64_t appended_end_ = 0;             // one past the sequence appended last
    bool unsynced_ = false;
    bool sync_failed_ = false;
    std::chrono::steady_clock::time_point last_sync_;
    std::thread thread_;
};

}  // namespace spillgate::daq
