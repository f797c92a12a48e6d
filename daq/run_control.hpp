// States, requests and runs of one daemon; of all daemons, if it is the lead. See run_states.hpp for the
// table and docs/run-control.md for the protocol.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daq/followers.hpp"
#include "daq/journal.hpp"
#include "daq/publisher.hpp"
#include "daq/readout.hpp"
#include "daq/run_restart.hpp"
#include "daq/run_states.hpp"
#include "daq/slow_control/slow_control.hpp"
#include "proto/config_loader.hpp"
#include "proto/run_catalogue.hpp"
#include "proto/run_file/file_layer.hpp"

namespace spillgate::daq {

struct RunControlSettings {
    proto::LoadedConfig config;  // the one given at start; configure() takes others from its directory
    std::string daemon;
    bool lead = true;
    std::vector<std::string> followers;  // lead only
    std::vector<std::uint32_t> boards;   // that this daemon reads
    std::string runtime_dir;
    std::string runs_dir;
};

// handle() is thread-safe, checks a request against the table and returns at once; step() carries out what
// was accepted and is called by one thread, every few milliseconds.
class RunControl {
  public:
    RunControl(RunControlSettings settings, std::optional<proto::RunCatalogue> catalogue,
               Publisher& publisher, proto::FileLayer& files, Journal& journal);
    ~RunControl();

    // Of the lead, before anything else is called: slow control of the configuration given at start. Errors:
    // as SlowControl::start.
    proto::Status start_slow_control();
    wire::Reply handle(const wire::Request& request);
    void step();
    // Ends a run in progress with this reason, if there is one; afterwards at_rest() becomes true.
    void shut_down(const std::string& reason);
    bool at_rest() const;  // to be asked by the stepping thread
    // Requests that the control server did not pass on, for status.
    void set_ignored(std::uint64_t malformed, std::uint64_t unanswered);

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    // run_control.cpp: states
    proto::Status enter(Trigger trigger);
    bool force(Trigger trigger);
    void refuse(const std::string& why);
    void fault(const std::string& why);
    State state() const;

    // run_requests.cpp: what is accepted of whom
    proto::Status accept(const wire::Request& request);
    proto::Status accept_stop();
    bool is_in_run() const;
    void report_losses(const wire::LossReport& report);

    // run_status.cpp
    void publish_status(bool now);
    wire::DaemonStatus describe() const;
    void follow_rate(wire::DaemonStatus& status, TimePoint now);

    // run_slow_control.cpp
    proto::Status change_slow_control(const config::SlowControl& now);

    // run_configure.cpp
    void configure(const wire::Request& request);
    proto::Status take_config(proto::LoadedConfig config);

    // run_conduct.cpp: what is done, on the stepping thread
    void step_once();
    void carry_out(const wire::Request& request);
    void note(const wire::Request& asked);
    void limit(const wire::Request::Limit& limit);
    void reset();
    void follow_run();
    bool have_followers_ended() const;
    void watch_followers();
    void catalogue_run(const wire::RunDescription& description);

    // run_start.cpp: how a run begins, on the same thread
    proto::Status check_room() const;
    proto::Result<std::unique_ptr<Readout>> open_run(wire::RunDescription description);
    void start(const wire::Request::Start& start, const std::string& person, std::uint32_t restarted_from);
    void prepare(const wire::Request::Prepare& prepare);
    void begin_afresh();
    void follow_start(const Progress& progress);
    bool clocks_are_tied(const Progress& progress);
    void commit_all();
    void commit(const StartRule& rule, bool simulated);
    void abandon(const std::string& why);

    // run_end.cpp: how a run ends, on the same thread
    void judge_limits();
    void stop_asked(const wire::Request& request);
    void stop(RunEnding ending);
    void close_run();
    void close_faulty_run();
    bool leave_run(bool restarts);
    void start_following();

    RunControlSettings settings_;
    std::optional<proto::RunCatalogue> catalogue_;
    Publisher& publisher_;
    proto::FileLayer& files_;
    Journal& journal_;
    const std::string config_path_;

    mutable std::mutex mutex_;
    State state_ = wire::IDLE;
    std::deque<wire::Request> accepted_;
    wire::DaemonStatus status_;  // the newest snapshot
    std::string refusal_;
    std::string fault_;
    std::map<std::string, wire::LossReport> losses_;
    std::uint64_t malformed_ = 0;
    std::uint64_t unanswered_ = 0;
    std::uint64_t unknown_verbs_ = 0;
    bool shutting_down_ = false;
    bool restart_pending_ = false;  // this run stops at a limit, and nobody has said that none is to follow
    std::string last_request_;

    // of the stepping thread alone
    std::unique_ptr<Followers> followers_;
    std::unique_ptr<SlowControl> slow_control_;  // of a lead that has slow values
    std::unique_ptr<Readout> readout_;
    wire::RunDescription last_run_;
    wire::Request::Start started_as_;  // the run in progress, with limits and restart as they stand now
    std::optional<RunEnding> ending_;  // once its stop is carried out
    std::optional<wire::Request::Start> following_;  // to be started on the next step
    std::optional<TimePoint> first_slot_at_;
    double elapsed_s_ = 0;  // since then, of this run or the last
    TimePoint judged_{};    // the snapshot that limits were judged by last
    std::uint64_t disk_total_bytes_ = 0;
    std::optional<TimePoint> deadline_;  // of the phase in progress
    TimePoint ties_deadline_;            // the run then begins with clocks that are not tied
    std::map<std::string, bool> was_reachable_;
    State told_state_ = wire::STATE_UNSPECIFIED;
    TimePoint last_snapshot_{};
    TimePoint last_heartbeat_{};
    std::uint64_t told_subscriptions_ = 0;
    std::uint64_t last_bytes_ = 0;
    double bytes_per_s_ = 0;
};

}  // namespace spillgate::daq
