// Runs that ended while nobody followed them: found in the lead's catalogue, and read from their files, one
// at a time, the oldest first.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "online/keeper/database.hpp"
#include "online/quality/run_quantities.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

class MissedRuns {  // owns a thread, which gives way to all others; stops within one message of a run
  public:
    // Whether anybody judges such runs, and by this quantity; an empty name: by any.
    using AsksFor = std::function<bool(wire::RunType, std::string_view quantity)>;

    // `runs_dir` empty: none are looked for.
    MissedRuns(std::string runs_dir, AsksFor asks_for)
        : runs_dir_(std::move(runs_dir)), asks_for_(std::move(asks_for)) {}
    ~MissedRuns() { stop(); }
    MissedRuns(const MissedRuns&) = delete;
    MissedRuns& operator=(const MissedRuns&) = delete;

    // Once a second, on one thread. What has been read of a run since, to be judged now. The newest run, and
    // those that the snapshots show to be followed, are left to whoever follows them. The first look at a
    // database without any verdict takes what has ended until then as past. Errors: of database and
    // catalogue.
    proto::Result<std::optional<RunAccount>> look(const Snapshot& snapshot, Database& desk, double utc_s);
    bool reads() const { return reading_ != 0; }  // a run, just now
    void stop();

  private:
    void leave_followed(const Snapshot& snapshot);
    proto::Result<std::optional<RunAccount>> take_read();
    proto::Status find(std::uint32_t newest, Database& desk, double utc_s);
    proto::Result<std::uint32_t> begin(std::uint32_t newest, Database& desk) const;
    proto::Result<bool> is_settled(const wire::RunDescription& run, Database& desk) const;
    bool may_be_followed(const wire::RunDescription& run, double utc_s) const;
    void read(const wire::RunDescription& run);
    bool keep_going(const std::stop_token& stop, std::size_t bytes) const;

    std::string runs_dir_;
    AsksFor asks_for_;
    std::optional<double> begun_utc_s_;  // the first look
    double found_utc_s_ = 0;             // the last search
    std::uint32_t newest_ = 0;           // the lead's last run in it
    std::set<std::uint32_t> left_;       // to others, or unreadable for the system: not in this process
    std::deque<wire::RunDescription> found_;
    std::uint32_t reading_ = 0;  // 0: none
    std::atomic<bool> run_goes_on_ = false;

    std::mutex mutex_;
    std::optional<proto::Result<RunAccount>> read_;
    std::jthread thread_;
};

}  // namespace spillgate::online
