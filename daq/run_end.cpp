// How RunControl ends a run, on its stepping thread: at a limit, asked, or because it must; and how another
// of its kind follows.
#include <utility>

#include <fmt/format.h>

#include "daq/common_start.hpp"
#include "daq/request_words.hpp"
#include "daq/run_control.hpp"
#include "daq/run_limits.hpp"
#include "daq/warm_memory.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto followers_stop_within = std::chrono::seconds(10);

}  // namespace

// By the newest snapshot, so at most 100 ms late. Only the lead has limits.
void RunControl::judge_limits() {
    if (!first_slot_at_ || judged_ == last_snapshot_) return;
    judged_ = last_snapshot_;
    const auto number = readout_->description().number();
    if (status_.run().number() != number) return;
    const auto words = reached(started_as_.limits(), course_of(status_));
    if (!words) return;
    {
        const std::lock_guard lock(mutex_);
        if (!enter(Trigger::STOP)) return;
        restart_pending_ = started_as_.restart();
    }
    journal_.info("run", fmt::format("run {} has reached its target: {}", number, *words));
    stop({RunEnding::Cause::LIMIT, target_reached, {}});
}

void RunControl::stop_asked(const wire::Request& request) {
    const auto asker = asker_of(request);
    const auto now = state();
    if (now == wire::PREPARING) {
        if (readout_) abandon(asker.empty() ? std::string("stopped") : fmt::format("stopped by {}", asker));
        return;
    }
    if (now == wire::STOPPING && ending_) {
        journal_.info("run", "no other run follows this one");
        return;
    }
    // It may have been accepted in the first phase of a start that is past it now.
    if (now != wire::STOPPING && !force(Trigger::STOP)) return;
    stop({RunEnding::Cause::REQUEST, request.stop().reason().empty() ? "requested" : request.stop().reason(),
          asker});
}

void RunControl::stop(RunEnding ending) {
    if (!readout_) {
        force(Trigger::RUN_CLOSED);
        return;
    }
    deadline_ = Clock::now() + followers_stop_within;
    readout_->stop();
    auto request = from_lead();
    request.set_person(ending.stopped_by);
    request.mutable_stop()->set_reason(ending.reason);
    ending_ = std::move(ending);
    if (auto status = followers_->ask_each_in_run(request); !status)
        journal_.warn("follower", status.error().message);
}

void RunControl::close_run() {
    deadline_.reset();
    const auto trouble = readout_->progress();
    const auto ending = std::exchange(ending_, std::nullopt).value_or(RunEnding{});
    if (slow_control_) slow_control_->end_run();
    auto closed = readout_->close(ending.reason, ending.stopped_by);
    const auto directory = readout_->directory();
    readout_.reset();
    give_memory_back();
    if (!closed) return fault(fmt::format("{} has no end record: {}", directory, closed.error().message));
    last_run_ = *closed;
    publisher_.put(announcement(proto::Topic::RUN, closed->SerializeAsString()));
    catalogue_run(*closed);
    journal_.info(
        "run", fmt::format("run {} ended: {}{}; {} slots, {} complete, {} spills", closed->number(),
                           closed->stop_reason(), ending.stopped_by.empty() ? "" : " by " + ending.stopped_by,
                           closed->ledger().slots(), closed->ledger().complete(), closed->ledger().spills()));
    if (trouble.end_reason == "disk-failed") return fault(trouble.end_words);
    auto next = next_start(started_as_, ending, trouble.end_reason, elapsed_s_);
    if (!next && ending.cause == RunEnding::Cause::LIMIT && started_as_.restart())
        journal_.warn("run", fmt::format("no run follows run {}: it took data for {:.3g} s and met {}",
                                         closed->number(), elapsed_s_,
                                         trouble.end_reason.empty() ? "no trouble" : trouble.end_reason));
    if (!leave_run(next.has_value())) return;
    journal_.info("run", fmt::format("another run follows run {}", closed->number()));
    following_ = std::move(next);
    publish_status(true);  // with this run's end, before the next is all there is
}

// On the step after that.
void RunControl::start_following() {
    const auto next = std::exchange(following_, std::nullopt);
    if (next && state() == wire::PREPARING) start(*next, {}, last_run_.number());
}

// If another run follows, it begins in the same moment: nobody's start can come between.
bool RunControl::leave_run(bool restarts) {
    const std::lock_guard lock(mutex_);
    const bool wanted = std::exchange(restart_pending_, false) && restarts && !shutting_down_;
    if (!enter(Trigger::RUN_CLOSED) || !wanted) return false;
    if (!enter(Trigger::PREPARE)) return false;
    refusal_.clear();
    return true;
}

// After an unforeseen failure: the run gets its end record if that is possible.
void RunControl::close_faulty_run() {
    ending_.reset();
    if (slow_control_) slow_control_->end_run();
    if (auto closed = readout_->close("fault", {})) {
        last_run_ = *closed;
        catalogue_run(*closed);
    } else {
        journal_.error("close", closed.error().message);
    }
    readout_.reset();
}

}  // namespace spillgate::daq
