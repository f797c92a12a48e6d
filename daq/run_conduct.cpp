// What RunControl does on its stepping thread: requests that were accepted, and the course of a run.
// How runs start and end: run_start.cpp, run_end.cpp.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daq/common_start.hpp"
#include "daq/request_words.hpp"
#include "daq/run_control.hpp"
#include "daq/run_limits.hpp"
#include "proto/time.hpp"

namespace spillgate::daq {

namespace {
using Clock = std::chrono::steady_clock;
}  // namespace

void RunControl::step() {
    try {
        step_once();
    } catch (const std::exception& e) {
        // A library gave up where nothing was expected to fail. The run keeps what it has; a person must
        // look.
        fault(e.what());
        if (readout_) readout_->stop();
    }
}

void RunControl::step_once() {
    start_following();
    for (;;) {
        wire::Request request;
        {
            const std::lock_guard lock(mutex_);
            if (accepted_.empty()) break;
            request = std::move(accepted_.front());
            accepted_.pop_front();
        }
        publish_status(false);
        if (const auto words = words_of(request); !words.empty()) journal_.info("control", words);
        carry_out(request);
    }
    followers_->poll();
    watch_followers();
    if (readout_) follow_run();
    publish_status(false);
    if (readout_) judge_limits();
}

void RunControl::carry_out(const wire::Request& request) {
    using R = wire::Request;
    switch (request.verb_case()) {
        case R::kConfigure:
            return configure(request);
        case R::kStart:
            return start(request.start(), request.person(), 0);
        case R::kPrepare:
            return prepare(request.prepare());
        case R::kCommit:
            return commit(start_rule(request.commit()), request.commit().simulated());
        case R::kAbandon:
            return abandon("the lead has abandoned this start");
        case R::kPause:
        case R::kResume:
            if (!readout_) return;
            request.verb_case() == R::kPause ? readout_->pause() : readout_->resume();
            if (auto status = followers_->ask_each_in_run(request); !status)
                journal_.warn("follower", status.error().message);
            return;
        case R::kStop:
            return stop_asked(request);
        case R::kReset:
            return reset();
        case R::kNote:
            return note(request);
        case R::kLimit:
            return limit(request.limit());
        default:
            return;
    }
}

void RunControl::reset() {
    readout_.reset();
    ending_.reset();
    {
        const std::lock_guard lock(mutex_);
        fault_.clear();
    }
    for (const auto& follower : followers_->statuses())
        if (follower.state() == wire::FAULT)
            journal_.warn("follower", fmt::format("daemon {} is in fault: {}; reset it with --daemon {}",
                                                  follower.daemon(), follower.fault(), follower.daemon()));
}

void RunControl::note(const wire::Request& asked) {
    if (!readout_) return;
    auto order = from_lead();
    order.set_person(asker_of(asked));
    *order.mutable_note() = asked.note();
    if (order.note().utc_ns() == 0) order.mutable_note()->set_utc_ns(proto::utc_now_ns());
    readout_->add_note(note_line(order));
    if (auto status = followers_->ask_each_in_run(order); !status)
        journal_.warn("follower", status.error().message);
    catalogue_run(readout_->description());
}

void RunControl::limit(const wire::Request::Limit& limit) {
    if (!readout_) return;
    *started_as_.mutable_limits() = limit.limits();
    started_as_.set_restart(limit.restart());
    readout_->set_limits(limit.limits());
    journal_.info(
        "run", fmt::format("run {} is limited to: {}{}", readout_->description().number(),
                           limits_text(limit.limits()), limit.restart() ? "; another like it follows" : ""));
}

void RunControl::follow_run() {
    const auto progress = readout_->progress();
    if (progress.started && !first_slot_at_) first_slot_at_ = Clock::now();
    const auto now = state();
    switch (now) {
        case wire::FAULT:
            if (progress.finished) close_faulty_run();
            return;
        case wire::PREPARING:
            return follow_start(progress);
        case wire::STARTING:
            if (progress.started) force(Trigger::FIRST_SLOT_OPEN);
            break;
        case wire::PAUSING:
            if (progress.paused) force(Trigger::PAUSE_REACHED);
            break;
        case wire::RESUMING:
            if (!progress.paused) force(Trigger::RESUME_REACHED);
            break;
        case wire::STOPPING:
            if (!ending_) return;  // a request that has come this moment says why
            if (progress.finished && (have_followers_ended() || (deadline_ && Clock::now() > *deadline_)))
                close_run();
            return;
        default:
            break;
    }
    if (progress.end_reason.empty()) return;
    if (!progress.end_words.empty()) journal_.error(progress.end_reason, progress.end_words);
    if (force(Trigger::STOP)) stop({RunEnding::Cause::ITSELF, progress.end_reason, {}});
}

bool RunControl::have_followers_ended() const {
    return std::ranges::all_of(followers_->statuses(), [](const auto& f) {
        return !f.reachable() || f.state() == wire::CONFIGURED || f.state() == wire::IDLE ||
               f.state() == wire::FAULT;
    });
}

void RunControl::watch_followers() {
    for (const auto& follower : followers_->statuses()) {
        auto [known, first] = was_reachable_.try_emplace(follower.daemon(), follower.reachable());
        if (first || known->second == follower.reachable()) continue;
        known->second = follower.reachable();
        if (follower.reachable())
            journal_.info("follower", fmt::format("daemon {} answers again", follower.daemon()));
        else if (readout_)
            journal_.error("follower", fmt::format("daemon {} does not answer; the run goes on without it",
                                                   follower.daemon()));
        else
            journal_.warn("follower", fmt::format("daemon {} does not answer", follower.daemon()));
    }
}

void RunControl::catalogue_run(const wire::RunDescription& description) {
    if (!catalogue_) return;
    if (auto status = catalogue_->record(description); !status)
        journal_.error("catalogue", status.error().message);
}

}  // namespace spillgate::daq
