// The single writer: receives, reconstructs, fills, heals, checkpoints and publishes snapshots, on one
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "offline/engine.hpp"
#include "online/channels/channel_watch.hpp"
#include "online/checkpoint.hpp"
#include "online/control_client.hpp"
#include "online/latency.hpp"
#include "online/live_run.hpp"
#include "online/live_trend.hpp"
#include "online/opened_runs.hpp"
#include "online/reconstruction_crew.hpp"
#include "online/run/disk_watch.hpp"
#include "online/scope/scope_ring.hpp"
#include "online/snapshot.hpp"
#include "online/subscriber.hpp"
#include "online/takes_data.hpp"
#include "online/window_ends.hpp"
#include "proto/config_loader.hpp"

namespace spillgate::online {

class LiveSpectra {  // owns threads and sockets; stops within 500 ms plus a checkpoint
  public:
    // Continues from a checkpoint if there is one that fits, and the board's versions, trend and log.
    // Throws proto::Failure (checkpoint directory, endpoints).
    LiveSpectra(std::shared_ptr<const proto::LoadedConfig> config,
                std::shared_ptr<const offline::Engine> engine, SnapshotBoard& board, ControlClient& control,
                ScopeRing& scope, ResetRequests& resets);
    ~LiveSpectra();

    void start();
    // Writes a last checkpoint.
    void stop();

  private:
    using Clock = std::chrono::steady_clock;
    struct Daemon {
        std::string name;
        bool lead = false;
        std::int64_t heard_utc_ns = 0;
        Clock::duration silence{};  // while we listened: time that we slept ourselves does not count
        std::shared_ptr<const wire::DaemonStatus> status;
        DiskWatch disk;
        std::string reported;  // last loss report, serialised
        Clock::time_point reported_at{};
    };

    void run(const std::stop_token& stop);
    void receive();
    void take_data(std::span<RawMessage> messages);
    void take_spill(LiveRun& run, const std::string& daemon, SpillJob& job, RawMessage& message);
    void take_verdict(LiveRun& run, const std::string& daemon, const RawMessage& message);
    void take_run(Daemon& daemon, const RawMessage& message);
    void take_heartbeat(Daemon& daemon, const RawMessage& message);
    void follow(Daemon& daemon, const wire::RunDescription& description, bool from_start);
    void take_ended_run(Daemon& daemon, const wire::RunDescription& description);
    void leave_others(Daemon& daemon, std::uint32_t current, const std::string& why);
    void count_silence(Clock::duration elapsed);
    void leave_silent();
    void close_runs();
    void export_run(const LiveRun& run);
    void keep_closed(const LiveRun& run);
    void restore();
    void checkpoint();
    void report_losses();
    void publish();
    proto::Result<SpectraResetPtr> reset(const std::string& person, Snapshot& snapshot);
    LiveTrend::Filled filled();
    void add_trend_point();
    void look_at_channels();
    void look_for_unblinding();
    void tell_of_no_daemon(Clock::time_point now);
    void say(const std::string& message);
    void warn(const std::string& message);
    void remember(const std::string& message, bool warning);
    LiveRun* find(std::uint32_t number);
    LiveRun* newest();

    const std::shared_ptr<const proto::LoadedConfig> loaded_;
    const config::Config& config_;  // of loaded_
    const CheckpointKeys keys_;
    const std::string directory_;  // of checkpoints and exports
    OpenedRuns opened_runs_{config_.storage().runs_dir()};
    std::shared_ptr<const offline::Engine> engine_;
    SnapshotBoard& board_;
    ControlClient& control_;
    ScopeRing& scope_;
    ResetRequests& resets_;
    ReconstructionCrew crew_;
    ChannelWatch channels_;
    Subscriber subscriber_;
    std::vector<Daemon> daemons_;
    std::map<std::uint32_t, LiveRun> runs_;
    std::map<std::uint32_t, std::string> exports_;  // run → directory
    std::vector<std::shared_ptr<const ClosedRun>> closed_;
    std::shared_ptr<const wire::RunDescription> refused_;
    std::string refusal_;
    std::optional<Clock::time_point> told_of_no_daemon_;

    std::vector<RawMessage> batch_;
    std::vector<SpillJob> jobs_;
    Latency to_candidates_;
    Latency to_histogram_;
    SlotStrip strip_;  // of the lead
    std::uint64_t bad_messages_ = 0;
    std::uint64_t other_run_messages_ = 0;
    WindowEnds window_ends_;
    bool reset_unsaved_ = false;
    bool changed_ = true;  // spectra may differ from the last snapshot's
    std::uint64_t version_ = 0;
    SnapshotPtr last_;
    LiveTrend trend_;
    std::deque<OnlineLine> log_;
    std::uint64_t checkpoints_ = 0;
    std::string checkpoint_fault_;
    std::jthread thread_;
};

}  // namespace spillgate::online
