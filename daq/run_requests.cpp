// What RunControl accepts: of whom, and when. On the control server's thread, under the mutex.
#include <utility>

#include <fmt/format.h>

#include "daq/request_words.hpp"
#include "daq/run_control.hpp"

namespace spillgate::daq {

namespace {

constexpr std::size_t most_subscribers = 64;

proto::Error refused(std::string why) {
    return proto::error(proto::ErrorKind::REFUSED, std::move(why));
}

}  // namespace

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
    status.set_last_request(last_request_);
    return reply;
}

// The state changes at once, so that of two requests only one is accepted.
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
    if ((verb == R::kStart || verb == R::kLimit) && !settings_.lead)
        return refused(fmt::format("daemon {} follows the lead; {} there", settings_.daemon,
                                   verb == R::kStart ? "start runs" : "limit them"));
    if (auto content = check_content(request); !content) return content;

    proto::Status status;
    switch (verb) {
        case R::kConfigure:
            status = enter(Trigger::CONFIGURE);
            break;
        case R::kStart:
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
            status = accept_stop();
            break;
        case R::kReset:
            status = enter(Trigger::RESET);
            break;
        case R::kNote:
            if (!is_in_run())
                return refused(fmt::format("there is no run to write a note to while {}", name_of(state_)));
            break;
        case R::kLimit:
            if (!is_in_run() || state_ == wire::STOPPING)
                return refused(fmt::format("there is no run to limit while {}", name_of(state_)));
            break;
        default:
            ++unknown_verbs_;
            return refused("this is not a request that this daemon knows");
    }
    if (!status) return status;
    refusal_.clear();
    if (changes_state(request)) last_request_ = words_of(request);
    accepted_.push_back(request);
    return {};
}

// A start can be stopped, too: then it is abandoned. And so can a run that is ending at a limit, of which
// only the next run is left to stop.
proto::Status RunControl::accept_stop() {
    if (state_ == wire::PREPARING && settings_.lead) return {};
    if (state_ == wire::STOPPING && std::exchange(restart_pending_, false)) return {};
    return enter(Trigger::STOP);
}

bool RunControl::is_in_run() const {
    return state_ != wire::IDLE && state_ != wire::CONFIGURING && state_ != wire::CONFIGURED &&
           state_ != wire::FAULT;
}

void RunControl::report_losses(const wire::LossReport& report) {
    if (report.subscriber().empty() || report.subscriber().size() > 200) return;
    if (!losses_.contains(report.subscriber()) && losses_.size() >= most_subscribers)
        losses_.erase(losses_.begin());
    losses_[report.subscriber()] = report;
}

}  // namespace spillgate::daq
