#include "daq/run_control.hpp"

#include <utility>

#include <fmt/format.h>

#include "proto/endpoints.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto snapshot_every = std::chrono::milliseconds(100);
constexpr auto heartbeat_every = std::chrono::seconds(1);
constexpr std::size_t most_subscribers = 64;
constexpr std::size_t longest_text = 10000;  // of a note or reason, bytes

proto::Error refused(std::string why) {
    return proto::error(proto::ErrorKind::REFUSED, std::move(why));
}

// Only a bare file name: requests never name a path.
proto::Status check_config_name(const std::string& name) {
    if (name.empty()) return {};
    if (name.size() > 200 || name.front() == '.' || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos)
        return refused(fmt::format("'{}' is not a file name in the configuration's directory", name));
    return {};
}

}  // namespace

RunControl::RunControl(RunControlSettings settings, std::optional<proto::RunCatalogue> catalogue,
                       Publisher& publisher, proto::FileLayer& files, Journal& journal)
    : settings_(std::move(settings)),
      catalogue_(std::move(catalogue)),
      publisher_(publisher),
      files_(files),
      journal_(journal),
      config_path_(settings_.config.path),
      followers_(std::make_unique<Followers>(settings_.followers, settings_.runtime_dir)) {
    // The configuration was read before we were made; the table is followed all the same.
    force(Trigger::CONFIGURE);
    force(Trigger::CONFIGURATION_READ);
    publish_status(true);
}

RunControl::~RunControl() = default;

State RunControl::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

wire::Reply RunControl::handle(const wire::Request& request) {
    const std::lock_guard lock(mutex_);
    wire::Reply reply;
    const auto accepted = accept(request);
    reply.set_ok(accepted.has_value());
    if (!accepted) reply.set_reason(accepted.error().message);
    auto& status = *reply.mutable_status();
    status = status_;
    status.set_state(state_);
    status.set_refusal(refusal_);
    status.set_fault(fault_);
    return reply;
}

// Under the mutex: the state changes at once, so that of two requests only one is accepted.
proto::Status RunControl::accept(const wire::Request& request) {
    using R = wire::Request;
    const auto verb = request.verb_case();
    if (verb == R::kStatus) return {};
    if (verb == R::kLoss) {
        report_losses(request.loss());
        return {};
    }
    if (shutting_down_) return refused("this daemon is shutting down");
    const bool from_lead = verb == R::kPrepare || verb == R::kCommit || verb == R::kAbandon;
    if (from_lead && settings_.lead)
        return refused(
            fmt::format("daemon {} is the lead itself and takes no orders of a lead", settings_.daemon));

    proto::Status status;
    switch (verb) {
        case R::kConfigure:
            if (status = check_config_name(request.configure().name()); status)
                status = enter(Trigger::CONFIGURE);
            break;
        case R::kStart:
            if (!settings_.lead)
                return refused(fmt::format("daemon {} follows the lead; start runs there", settings_.daemon));
            if (request.start().type() == wire::RUN_TYPE_UNSPECIFIED ||
                !wire::RunType_IsValid(request.start().type()))
                return refused("a run needs a type");
            if (request.start().note().size() > longest_text)
                return refused(fmt::format("a note has at most {} bytes", longest_text));
            status = enter(Trigger::PREPARE);
            break;
        case R::kPrepare:
            if (request.prepare().config_sha256() != settings_.config.sha256)
                return refused(fmt::format("its configuration has hash {:.12}…, the lead's {:.12}…",
                                           settings_.config.sha256, request.prepare().config_sha256()));
            status = enter(Trigger::PREPARE);
            break;
        case R::kCommit:
            if (state_ == wire::PREPARING && !status_.prepared()) return refused("not prepared yet");
            if (state_ == wire::PREPARING && request.commit().run() != status_.run().number())
                return refused(fmt::format("prepared for run {}, not for run {}", status_.run().number(),
                                           request.commit().run()));
            status = enter(Trigger::COMMIT);
            break;
        case R::kAbandon:
            if (state_ != wire::PREPARING && state_ != wire::STARTING)
                return refused(fmt::format("there is no start to abandon while {}", name_of(state_)));
            break;  // the state changes when the prepared run is closed
        case R::kPause:
            status = enter(Trigger::PAUSE);
            break;
        case R::kResume:
            status = enter(Trigger::RESUME);
            break;
        case R::kStop:
            if (request.stop().reason().size() > longest_text) return refused("the reason is too long");
            status = enter(Trigger::STOP);
            break;
        case R::kReset:
            status = enter(Trigger::RESET);
            break;
        case R::kNote:
            if (request.note().text().empty() || request.note().text().size() > longest_text)
                return refused(fmt::format("a note has 1 to {} bytes", longest_text));
            if (state_ == wire::IDLE || state_ == wire::CONFIGURING || state_ == wire::CONFIGURED ||
                state_ == wire::FAULT)
                return refused(fmt::format("there is no run to write a note to while {}", name_of(state_)));
            break;
        default:
            ++unknown_verbs_;
            return refused("this is not a request that this daemon knows");
    }
    if (!status) return status;
    refusal_.clear();
    accepted_.push_back(request);
    return {};
}

proto::Status RunControl::enter(Trigger trigger) {
    auto next = next_state(state_, trigger);
    if (!next) return next.error();
    state_ = *next;
    return {};
}

// On the stepping thread. A trigger that came too late (the run was stopped before it had begun) does
// nothing.
void RunControl::force(Trigger trigger) {
    const std::lock_guard lock(mutex_);
    if (auto next = next_state(state_, trigger)) state_ = *next;
}

void RunControl::refuse(const std::string& why) {
    journal_.warn("refused", why);
    const std::lock_guard lock(mutex_);
    refusal_ = why;
}

void RunControl::fault(const std::string& why) {
    journal_.error("fault", fmt::format("fault: {}", why));
    const std::lock_guard lock(mutex_);
    state_ = wire::FAULT;
    fault_ = why;
}

void RunControl::report_losses(const wire::LossReport& report) {
    if (report.subscriber().empty() || report.subscriber().size() > 200) return;
    if (!losses_.contains(report.subscriber()) && losses_.size() >= most_subscribers)
        losses_.erase(losses_.begin());
    losses_[report.subscriber()] = report;
}

void RunControl::set_ignored(std::uint64_t malformed, std::uint64_t unanswered) {
    const std::lock_guard lock(mutex_);
    malformed_ = malformed;
    unanswered_ = unanswered;
}

void RunControl::shut_down(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (shutting_down_) return;
    shutting_down_ = true;
    wire::Request request;
    request.set_client("daemon");
    if (enter(Trigger::STOP)) {
        request.mutable_stop()->set_reason(reason);
        accepted_.push_back(request);
    } else if (state_ == wire::PREPARING) {
        request.mutable_abandon();
        accepted_.push_back(request);
    }
}

bool RunControl::at_rest() const {
    const std::lock_guard lock(mutex_);
    return accepted_.empty() && !readout_ &&
           (state_ == wire::IDLE || state_ == wire::CONFIGURED || state_ == wire::FAULT);
}

void RunControl::publish_status(bool now) {
    const auto time = Clock::now();
    const auto state = this->state();
    const bool changed = state != told_state_ || publisher_.subscriptions() != told_subscriptions_;
    if (!now && !changed && time - last_snapshot_ < snapshot_every) return;

    wire::DaemonStatus status;
    status.set_daemon(settings_.daemon);
    status.set_lead(settings_.lead);
    status.set_reachable(true);
    status.set_software_version(SPILLGATE_VERSION);
    status.set_data_endpoint(proto::data_endpoint(settings_.runtime_dir, settings_.daemon));
    status.set_runs_dir(settings_.runs_dir);
    status.set_utc_ns(proto::utc_now_ns());
    if (catalogue_) status.set_next_run(catalogue_->next_number());
    if (readout_) {
        readout_->fill(status);
        const bool is_tied = std::ranges::all_of(status.clock_ties(), &wire::ClockTieStatus::locked) ||
                             status.sources_wait() || Clock::now() >= ties_deadline_;
        status.set_prepared(state == wire::PREPARING && status.has_newest_mark() && is_tied);
    } else if (last_run_.number() != 0) {
        *status.mutable_run() = last_run_;
        status.set_slots(last_run_.ledger().slots());
        status.set_acknowledged_sequence(last_run_.next_sequence());
    }
    if (!status.disk_free_bytes())
        if (auto free = files_.free_bytes(settings_.runs_dir)) status.set_disk_free_bytes(*free);
    const auto publishing = publisher_.status();
    auto& level = *status.add_buffers();
    level.set_name("publisher");
    level.set_used(publishing.used);
    level.set_capacity(publishing.capacity);
    level.set_high_water(publishing.high_water);
    level.set_dropped(publishing.dropped);
    level.set_unit("messages");
    for (const auto& text : journal_.recent())
        status.add_messages(text);
    if (slow_control_) slow_control_->fill(status);
    for (auto& follower : followers_->statuses()) {
        follower.mutable_run()->clear_effective_config();  // the lead's own
        *status.add_followers() = std::move(follower);
    }
    if (const std::chrono::duration<double> elapsed = time - last_snapshot_; elapsed.count() > 0.05) {
        const auto bytes = status.bytes_written();
        const auto grown = bytes > last_bytes_ ? static_cast<double>(bytes - last_bytes_) : 0.0;
        bytes_per_s_ += (grown / elapsed.count() - bytes_per_s_) * std::min(1.0, elapsed.count());
        last_bytes_ = bytes;
        last_snapshot_ = time;
    }
    if (readout_) status.set_data_rate_bytes_per_s(bytes_per_s_);

    wire::Heartbeat heartbeat;
    {
        const std::lock_guard lock(mutex_);
        status.set_state(state_);
        status.set_refusal(refusal_);
        status.set_fault(fault_);
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
    *heartbeat.mutable_status() = std::move(status);
    publisher_.put(announcement(proto::Topic::STATUS, heartbeat.SerializeAsString()));
}

}  // namespace spillgate::daq
