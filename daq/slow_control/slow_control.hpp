// Slow values (high voltages, temperatures, levels): asked of their sources, judged, told, and recorded with
// the run. Nothing here can stop or slow the readout. Owns a thread, and through its sources libca's threads,
// a socket and files. First file to read of its folder:
//
//   slow_state.hpp   what is known of a value, and how it is judged
//   value_table.hpp  the newest readings, between the sources' threads and this one
//   csv_file.hpp, push_server.hpp, hw/epics/channel_access.hpp   the sources
//   record_file.hpp  slow-control.csv in the run's directory
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "daq/journal.hpp"
#include "daq/slow_control/csv_file.hpp"
#include "daq/slow_control/push_server.hpp"
#include "daq/slow_control/record_file.hpp"
#include "daq/slow_control/value_table.hpp"
#include "hw/epics/channel_access.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

class SlowControl {
  public:
    // Starts the sources and the thread. `files` and `journal` outlive it. Errors: NOT_FOUND (libca), EXISTS,
    // REFUSED or IO (the port for pushed values), CONFIG (an impossible process variable).
    static proto::Result<std::unique_ptr<SlowControl>> start(const config::SlowControl& config,
                                                             proto::FileLayer& files, Journal& journal);
    SlowControl(const SlowControl&) = delete;
    SlowControl& operator=(const SlowControl&) = delete;
    ~SlowControl();  // within about a second, unless a disk hangs; closes the record

    // From now on values are recorded in this run's directory. Returns at once.
    void begin_run(const std::string& directory);
    // The record is completed and closed. Waits for that, but at most 2 s; a disk that takes longer is named
    // in the journal, and the record is closed later.
    void end_run();

    void fill(wire::DaemonStatus& status) const;  // slow_values, slow_faults, slow_push_url

  private:
    using Clock = std::chrono::steady_clock;
    struct Course {  // of one value, as the thread has followed it
        SlowState state = wire::SlowValue::STALE;
        SlowState told = wire::SlowValue::STALE;
        Clock::time_point told_at{};
        std::string told_trouble;
        bool begun = false;  // it has been known, or should have been by now
    };
    struct WatchedFile {
        CsvFile file;
        std::vector<std::size_t> values;  // that are columns of it
    };

    SlowControl(const config::SlowControl& config, proto::FileLayer& files, Journal& journal);
    proto::Status start_sources();
    proto::Status monitor(std::size_t index);

    // of the thread
    void run(const std::stop_token& stop);
    void follow_wish();
    void look_at_files();
    void take_column(std::size_t index, const proto::Result<CsvRow>& row);
    void judge();
    void tell(std::size_t index, const SlowReading& reading);
    void open_record();
    void write_record(const std::string& rows);
    void sync_record();
    void close_record();

    const config::SlowControl config_;
    proto::FileLayer& files_;
    Journal& journal_;
    ValueTable table_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string wished_directory_;  // of the run to record; empty: none
    std::string directory_;         // that the thread records into
    std::uint64_t rows_lost_ = 0;
    std::uint64_t syncs_failed_ = 0;

    // of the thread alone
    const Clock::time_point started_ = Clock::now();
    std::vector<WatchedFile> watched_;
    std::vector<Course> courses_;
    std::optional<SlowRecord> record_;
    Clock::time_point next_record_{};
    Clock::time_point next_look_{};

    std::unique_ptr<PushServer> push_server_;
    std::unique_ptr<hw::epics::ChannelAccess> channel_access_;
    std::jthread thread_;
};

}  // namespace spillgate::daq
