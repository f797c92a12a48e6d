// What RunControl tells of itself and its followers: snapshots for replies, heartbeats for subscribers.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "daq/run_control.hpp"
#include "proto/endpoints.hpp"
#include "proto/software_version.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto snapshot_every = std::chrono::milliseconds(100);
constexpr auto heartbeat_every = std::chrono::seconds(1);

void add_publisher(wire::DaemonStatus& status, const PublisherStatus& publishing) {
    auto& level = *status.add_buffers();
    level.set_name("publisher");
    level.set_used(publishing.used);
    level.set_capacity(publishing.capacity);
    level.set_high_water(publishing.high_water);
    level.set_dropped(publishing.dropped);
    level.set_unit("messages");
}

}  // namespace

void RunControl::publish_status(bool now) {
    const auto time = Clock::now();
    const auto state = this->state();
    const bool changed = state != told_state_ || publisher_.subscriptions() != told_subscriptions_;
    if (!now && !changed && time - last_snapshot_ < snapshot_every) return;

    if (readout_ && first_slot_at_)
        elapsed_s_ = std::chrono::duration<double>(time - *first_slot_at_).count();
    auto status = describe();
    follow_rate(status, time);
    {
        const std::lock_guard lock(mutex_);
        status.set_state(state_);
        status.set_refusal(refusal_);
        status.set_fault(fault_);
        status.set_last_request(last_request_);
        for (const auto& [subscriber, report] : losses_)
            *status.add_subscribers() = report;
        const auto ignored = [&](const char* reason, std::uint64_t n) {
            if (n == 0) return;
            auto& count = *status.add_ignored_requests();
            count.set_name(reason);
            count.set_value(n);
        };
        ignored("malformed", malformed_);
        ignored("unknown verb", unknown_verbs_);
        ignored("reply not taken", unanswered_);
        status_ = status;
    }
    if (!changed && time - last_heartbeat_ < heartbeat_every) return;
    if (state == told_state_ && time - last_heartbeat_ < snapshot_every) return;  // subscriptions may flood
    told_state_ = state;
    told_subscriptions_ = publisher_.subscriptions();
    last_heartbeat_ = time;
    wire::Heartbeat heartbeat;
    *heartbeat.mutable_status() = std::move(status);
    publisher_.put(announcement(proto::Topic::STATUS, heartbeat.SerializeAsString()));
}

// All but what requests change. On the stepping thread.
wire::DaemonStatus RunControl::describe() const {
    wire::DaemonStatus status;
    status.set_daemon(settings_.daemon);
    status.set_lead(settings_.lead);
    status.set_reachable(true);
    status.set_software_version(proto::software_version());
    status.set_data_endpoint(proto::data_endpoint(settings_.runtime_dir, settings_.daemon));
    status.set_runs_dir(settings_.runs_dir);
    status.set_utc_ns(proto::utc_now_ns());
    status.set_config_file(std::filesystem::path(settings_.config.path).filename().string());
    status.set_config_sha256(settings_.config.sha256);
    if (catalogue_) status.set_next_run(catalogue_->next_number());
    if (readout_) {
        readout_->fill(status);
        const bool is_tied = std::ranges::all_of(status.clock_ties(), &wire::ClockTieStatus::locked) ||
                             status.sources_wait() || Clock::now() >= ties_deadline_;
        status.set_prepared(state() == wire::PREPARING && status.has_newest_mark() && is_tied);
    } else if (last_run_.number() != 0) {
        *status.mutable_run() = last_run_;
        status.set_slots(last_run_.ledger().slots());
        status.set_acknowledged_sequence(last_run_.next_sequence());
    }
    status.set_elapsed_s(elapsed_s_);
    if (readout_ && settings_.lead) {
        *status.mutable_limits() = started_as_.limits();
        status.set_restart(started_as_.restart());
    }
    if (!status.disk_free_bytes())
        if (auto free = files_.free_bytes(settings_.runs_dir)) status.set_disk_free_bytes(*free);
    status.set_disk_total_bytes(disk_total_bytes_);
    add_publisher(status, publisher_.status());
    for (const auto& text : journal_.recent())
        status.add_messages(text);
    for (auto& line : journal_.lines())
        *status.add_log() = std::move(line);
    if (slow_control_) slow_control_->fill(status);
    for (auto& follower : followers_->statuses()) {
        follower.mutable_run()->clear_effective_config();  // the lead's own
        follower.clear_log();                              // it publishes that itself
        *status.add_followers() = std::move(follower);
    }
    return status;
}

// A slow mean over about a second of what goes to disk.
void RunControl::follow_rate(wire::DaemonStatus& status, TimePoint now) {
    if (const std::chrono::duration<double> elapsed = now - last_snapshot_; elapsed.count() > 0.05) {
        const auto bytes = status.bytes_written();
        const auto grown = bytes > last_bytes_ ? static_cast<double>(bytes - last_bytes_) : 0.0;
        bytes_per_s_ += (grown / elapsed.count() - bytes_per_s_) * std::min(1.0, elapsed.count());
        last_bytes_ = bytes;
        last_snapshot_ = now;
    }
    if (readout_) status.set_data_rate_bytes_per_s(bytes_per_s_);
}

}  // namespace spillgate::daq
