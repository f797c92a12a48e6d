// Which runs are followed: by announcements, heartbeats, and their absence.
#include <fmt/format.h>

#include "online/live_spectra.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr auto silence_limit = 10s;
constexpr auto leave_grace = 1500ms;

template <class Message>
bool parse(const RawMessage& raw, Message& message) {
    const auto bytes = raw.header_bytes();
    return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

double steady_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

// A run starts or ends.
void LiveSpectra::take_run(Daemon& daemon, const RawMessage& message) {
    wire::RunDescription description;
    if (!parse(message, description) || description.number() == 0) {
        ++bad_messages_;
        return;
    }
    if (description.stop_utc_ns() == 0) {
        leave_others(daemon, description.number(), fmt::format("run {} has begun", description.number()));
        follow(daemon, description, true);
    } else if (LiveRun* run = find(description.number())) {
        if (daemon.lead) run->describe(description);
        run->end(daemon.name, true, description.stop_reason());
    }
}

void LiveSpectra::follow(Daemon& daemon, const wire::RunDescription& description, bool from_start) {
    const std::uint32_t number = description.number();
    LiveRun* run = find(number);
    if (run == nullptr) {
        if (newest() != nullptr && newest()->number() > number) return;
        if (description.config_sha256() != keys_.config_sha256) {
            if (refused_ && refused_->number() == number) return;
            refused_ = std::make_shared<const wire::RunDescription>(description);
            refusal_ = fmt::format(
                "run {} is refused: it was started with another config (hash {:.12}…, ours {:.12}…). Unless "
                "its file lies beside ours, restart spillgate-online with the daemon's config.",
                number, description.config_sha256(), keys_.config_sha256);
            warn(refusal_);
            return;
        }
        refused_.reset();
        run = &runs_.try_emplace(number, engine_, crew_, config_.online().pending_slots(), description)
                   .first->second;
        const std::string_view how = from_start                       ? ""
                                     : description.stop_utc_ns() != 0 ? ", over already, from its files"
                                                                      : ", joined while it goes on";
        say(fmt::format("following run {}{}", number, how));
    }
    if (!run->has(daemon.name)) {
        const std::string runs_dir = daemon.status && !daemon.status->runs_dir().empty()
                                         ? daemon.status->runs_dir()
                                         : config_.storage().runs_dir();
        run->join(daemon.name, runs_dir + "/" + proto::run_directory_name(number, daemon.name, daemon.lead),
                  from_start);
    }
}

// The daemon's share of every run but `current` is over, if nothing has come of it for a while.
void LiveSpectra::leave_others(Daemon& daemon, std::uint32_t current, const std::string& why) {
    for (auto& [number, run] : runs_) {
        if (number == current || !run.following(daemon.name)) continue;
        run.end(daemon.name, false, why);
    }
}

void LiveSpectra::take_heartbeat(Daemon& daemon, const RawMessage& message) {
    wire::Heartbeat heartbeat;
    if (!parse(message, heartbeat) || heartbeat.status().daemon() != daemon.name) {
        ++bad_messages_;
        return;
    }
    daemon.status = std::make_shared<const wire::DaemonStatus>(std::move(*heartbeat.mutable_status()));
    const wire::DaemonStatus& status = *daemon.status;
    if (tells_disk(status)) daemon.disk.take(steady_s(), status.disk_free_bytes());
    const std::uint32_t number = status.run().number();
    if (takes_data(status.state()) && number != 0) {
        follow(daemon, status.run(), false);
        LiveRun* run = find(number);
        if (run == nullptr) return;
        if (!run->following(daemon.name)) {
            say(fmt::format("{} goes on with run {}: reading its share again from its files", daemon.name,
                            number));
            run->reopen(daemon.name);
        }
        if (daemon.lead) run->describe(status.run());
        run->acknowledge(daemon.name, status.acknowledged_sequence());
    }
    if (!takes_data(status.state())) take_ended_run(daemon, status.run());
    // A heartbeat may have been made just before a start that overtook it: only quiet runs are left.
    for (auto& [other, run] : runs_) {
        const bool current = other == number && takes_data(status.state());
        if (current || !run.following(daemon.name)) continue;
        if (Clock::now() - *run.last_data(daemon.name) < leave_grace) continue;
        run.end(daemon.name, false, fmt::format("{} is no longer in it", daemon.name));
    }
}

// A run that came and went before anything of it was heard: a short replay, or one that ended while we were
// away. Its files have all of it.
void LiveSpectra::take_ended_run(Daemon& daemon, const wire::RunDescription& description) {
    if (description.number() == 0 || description.stop_utc_ns() == 0) return;
    if (description.config_sha256() != keys_.config_sha256) return;  // nobody waits for it any more
    const LiveRun* const known = find(description.number());
    if (known != nullptr && known->has(daemon.name)) return;
    follow(daemon, description, false);
    if (LiveRun* run = find(description.number())) run->end(daemon.name, true, description.stop_reason());
}

// Before what has come is taken, which ends the silence of those who spoke.
void LiveSpectra::count_silence(Clock::duration elapsed) {
    for (Daemon& daemon : daemons_)
        daemon.silence += elapsed;
}

void LiveSpectra::leave_silent() {
    for (const Daemon& daemon : daemons_) {
        if (daemon.silence < silence_limit) continue;
        for (auto& [number, run] : runs_) {
            if (!run.following(daemon.name)) continue;
            warn(fmt::format("{} has been silent for {} s in run {}", daemon.name, silence_limit.count(),
                             number));
            run.end(daemon.name, false, fmt::format("{} fell silent", daemon.name));
        }
    }
}

}  // namespace spillgate::online
