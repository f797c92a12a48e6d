#include "online/live_spectra.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "online/run_exports.hpp"
#include "proto/endpoints.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t batch_limit = 64;
constexpr auto idle_wait = 20ms;
constexpr auto heal_slice = 20ms;
constexpr auto channels_period = 2s;
constexpr auto silence_step = 200ms;  // a longer pause of ours says nothing about the daemon
constexpr auto after_reset = 1s;      // at most as often is a checkpoint written for one
constexpr std::size_t kept_checkpoints = 2;
constexpr std::size_t kept_closed = 4;

std::vector<std::string> endpoints(const config::Config& config) {
    std::vector<std::string> out;
    for (const auto& daemon : config.daemon()) {
        out.push_back(proto::data_endpoint(config.network().runtime_dir(), daemon.name()));
    }
    return out;
}

}  // namespace

LiveSpectra::LiveSpectra(std::shared_ptr<const proto::LoadedConfig> config,
                         std::shared_ptr<const offline::Engine> engine, SnapshotBoard& board,
                         ControlClient& control, ScopeRing& scope, ResetRequests& resets)
    : loaded_(std::move(config)),
      config_(loaded_->config),
      keys_{engine->hash(), loaded_->sha256},
      directory_(checkpoint_directory(config_)),
      engine_(std::move(engine)),
      board_(board),
      control_(control),
      scope_(scope),
      resets_(resets),
      crew_(*engine_, config_.online().threads()),
      channels_(config_),
      subscriber_(endpoints(config_), static_cast<int>(config_.network().send_high_water())) {
    for (const auto& daemon : config_.daemon()) {
        Daemon& added = daemons_.emplace_back();
        added.name = daemon.name();
        added.lead = daemon.lead();
    }
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    if (failed) {
        throw proto::Failure(proto::error(
            proto::ErrorKind::IO,
            fmt::format("cannot make the directory for checkpoints, {}: {}", directory_, failed.message()),
            failed.value()));
    }
    const auto before = board_.newest();
    if (before) {
        version_ = before->version;
        log_.assign(before->log.begin(), before->log.end());
        closed_ = before->closed;
    }
    scope_.begin(loaded_, engine_);
    restore();
    trend_.begin(before ? before->trend : nullptr, Clock::now(), filled());
    publish();
}

LiveSpectra::~LiveSpectra() {
    stop();
}

void LiveSpectra::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LiveSpectra::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void LiveSpectra::run(const std::stop_token& stop) {
    const auto every = [](double seconds) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    };
    const auto snapshot_period = every(1.0 / config_.online().snapshot_hz());
    const auto checkpoint_period = every(config_.online().checkpoint_s());
    auto last = Clock::now();
    auto next_snapshot = last;
    auto next_trend = last + 1s;
    auto next_channels = last + channels_period;
    auto last_checkpoint = last;
    bool more = false;
    while (!stop.stop_requested()) {
        subscriber_.receive(batch_, batch_limit, more ? 0ms : idle_wait);
        const auto now = Clock::now();
        // Of each daemon, however much the others say.
        count_silence(std::min<Clock::duration>(now - last, silence_step));
        receive();
        leave_silent();
        tell_of_no_daemon(now);
        last = now;
        more = false;
        for (auto& [number, run] : runs_) {
            if (run.phase() == RunPhase::CLOSED) continue;
            const std::uint64_t filled = run.slots_filled();
            more |= run.heal(now, Clock::now() + heal_slice);
            changed_ |= run.slots_filled() != filled;
        }
        changed_ |= more;
        close_runs();
        if (now >= next_trend) {
            add_trend_point();
            report_losses();
            look_for_unblinding();
            next_trend = now + 1s;
        }
        if (now >= next_channels && channels_.ready()) {
            look_at_channels();
            next_channels = now + channels_period;
        }
        if (now >= next_snapshot) {
            publish();
            next_snapshot = std::max(next_snapshot + snapshot_period, now);  // in step, whenever we woke
        }
        // A reset is not lost with this process, and many of them are written together.
        const Clock::duration until_checkpoint = reset_unsaved_ ? after_reset : checkpoint_period;
        if (now - last_checkpoint >= std::min(until_checkpoint, checkpoint_period)) {
            checkpoint();
            last_checkpoint = Clock::now();
        }
    }
    checkpoint();
    publish();
}

// Records between two announcements are reconstructed together, then everything is taken in its order:
// sequence numbers tell of losses only that way.
void LiveSpectra::receive() {
    if (batch_.empty()) return;
    changed_ = true;
    const auto now = proto::utc_now_ns();
    const std::span all(batch_);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        const RawMessage& message = batch_[i];
        Daemon& daemon = daemons_[message.daemon];
        daemon.heard_utc_ns = now;
        daemon.silence = {};
        if (message.topic == proto::Topic::SPILL || message.topic == proto::Topic::VERDICT) continue;
        take_data(all.subspan(begin, i - begin));
        begin = i + 1;
        if (message.topic == proto::Topic::RUN) {
            take_run(daemon, message);
        } else {
            take_heartbeat(daemon, message);
        }
    }
    take_data(all.subspan(begin));
    batch_.clear();
}

void LiveSpectra::take_data(std::span<RawMessage> messages) {
    if (messages.empty()) return;
    LiveRun* const run = newest();
    std::size_t jobs = 0;
    for (const RawMessage& message : messages) {
        if (message.topic != proto::Topic::SPILL) continue;
        const std::string& daemon = daemons_[message.daemon].name;
        if (run == nullptr || !run->following(daemon)) continue;  // not worth reconstructing
        if (jobs == jobs_.size()) jobs_.emplace_back();
        SpillJob& job = jobs_[jobs++];
        job.header = message.header_bytes();
        job.samples = message.sample_bytes();
        job.live = true;
        job.candidates = run->spare(daemon);
    }
    crew_.run(std::span(jobs_).first(jobs));
    std::size_t next_job = 0;
    for (RawMessage& message : messages) {
        const std::string& daemon = daemons_[message.daemon].name;
        if (run == nullptr || !run->following(daemon)) {
            ++other_run_messages_;
        } else if (message.topic == proto::Topic::SPILL) {
            take_spill(*run, daemon, jobs_[next_job++], message);
        } else {
            take_verdict(*run, daemon, message);
        }
    }
}

void LiveSpectra::take_spill(LiveRun& run, const std::string& daemon, SpillJob& job, RawMessage& message) {
    if (!job.status || job.daemon != daemon) {
        ++bad_messages_;
        return;
    }
    if (job.run != run.number()) {
        ++other_run_messages_;
        return;
    }
    const std::uint64_t slot = job.candidates.slot;  // taken away with the candidates
    scope_.take(std::move(message), job);
    if (!run.take(job) || job.window_end_utc_ns == 0) return;
    to_candidates_.observe_ns(job.window_end_utc_ns, job.done_utc_ns);
    window_ends_.recorded(run.number(), slot, job.window_end_utc_ns);
}

void LiveSpectra::take_verdict(LiveRun& run, const std::string& daemon, const RawMessage& message) {
    const auto verdict = proto::decode_verdict(message.header_bytes());
    if (!verdict || verdict->daemon != daemon) {
        ++bad_messages_;
        return;
    }
    if (verdict->run != run.number()) {
        ++other_run_messages_;
        return;
    }
    scope_.take(*verdict);
    if (!run.take(*verdict)) return;
    to_histogram_.observe_ns(verdict->utc_ns, proto::utc_now_ns());
    const auto from = std::ranges::find(daemons_, daemon, &Daemon::name);
    if (from != daemons_.end() && from->lead)
        strip_.add(*verdict, from->status ? from->status->period_ns() : 0);
    window_ends_.filled(run.number(), verdict->slot);
}

LiveRun* LiveSpectra::find(std::uint32_t number) {
    const auto found = runs_.find(number);
    return found == runs_.end() ? nullptr : &found->second;
}

LiveRun* LiveSpectra::newest() {
    return runs_.empty() ? nullptr : &runs_.rbegin()->second;
}

// States what is in the spectra of runs that are closed now, and exports them. Older runs are then let go.
void LiveSpectra::close_runs() {
    for (auto& [number, run] : runs_) {
        if (run.phase() != RunPhase::CLOSED) {
            exports_.erase(number);
            continue;
        }
        if (exports_.contains(number)) continue;
        say(run.statement());
        export_run(run);
        keep_closed(run);
        changed_ = true;
        checkpoint();
    }
    while (runs_.size() > 1 && runs_.begin()->second.phase() == RunPhase::CLOSED) {
        exports_.erase(runs_.begin()->first);
        runs_.erase(runs_.begin());
    }
}

void LiveSpectra::export_run(const LiveRun& run) {
    auto directory =
        export_run_spectra(*engine_, *run.spectra(), run.description(), keys_.config_sha256, directory_);
    if (directory) {
        exports_[run.number()] = *directory;
    } else {
        exports_[run.number()] = "";
        say(fmt::format("run {}: the spectra could not be exported: {}", run.number(),
                        directory.error().message));
    }
}

// For those who look at ended runs: the snapshot may be of the next one by then.
void LiveSpectra::keep_closed(const LiveRun& run) {
    auto closed = std::make_shared<ClosedRun>();
    closed->version = closed_.empty() ? 1 : closed_.back()->version + 1;
    closed->run = run.view();
    closed->run.exports = exports_[run.number()];
    closed->run.reset.reset();
    closed->config = loaded_;
    closed->spectra = run.spectra();
    closed->channels = channels_.newest_of(run.number());
    closed_.push_back(std::move(closed));
    if (closed_.size() > kept_closed) closed_.erase(closed_.begin());
}

// Takes up the newest run that has a checkpoint. One that does not fit is discarded: the run is then read
// from its files.
void LiveSpectra::restore() {
    const auto runs = checkpointed_runs(directory_);
    if (runs.empty()) return;
    const std::string path = checkpoint_path(directory_, runs.back());
    const auto saved = read_checkpoint(path, keys_);
    if (!saved) {
        say(fmt::format("checkpoint discarded: {}", saved.error().message));
        return;
    }
    const std::uint32_t number = saved->run().number();
    auto& run = runs_.try_emplace(number, engine_, crew_, config_.online().pending_slots(), saved->run())
                    .first->second;
    if (auto restored = run.restore(*saved); !restored) {
        say(fmt::format("checkpoint discarded: {}", restored.error().message));
        runs_.erase(number);
        return;
    }
    say(fmt::format("continuing run {} from its checkpoint, {} slots", number, run.slots_filled()));
}

void LiveSpectra::checkpoint() {
    LiveRun* const run = newest();
    if (run == nullptr) return;
    wire::Checkpoint saved;
    run->save(saved);
    reset_unsaved_ = false;
    const auto written = write_checkpoint(directory_, keys_, std::move(saved));
    if (written) {
        ++checkpoints_;
        checkpoint_fault_.clear();
        remove_old_checkpoints(directory_, kept_checkpoints);
    } else if (checkpoint_fault_ != written.error().message) {
        checkpoint_fault_ = written.error().message;
        say("the checkpoint could not be written: " + checkpoint_fault_);
    }
}

}  // namespace spillgate::online
