// What RunControl does on its stepping thread: configurations, the course and end of runs.
// How they start: run_start.cpp.
#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "daq/common_start.hpp"
#include "daq/run_control.hpp"
#include "daq/warm_memory.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto followers_stop_within = std::chrono::seconds(10);
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
    for (;;) {
        wire::Request request;
        {
            const std::lock_guard lock(mutex_);
            if (accepted_.empty()) break;
            request = std::move(accepted_.front());
            accepted_.pop_front();
        }
        publish_status(false);
        carry_out(request);
    }
    followers_->poll();
    watch_followers();
    if (readout_) follow_run();
    publish_status(false);
}

void RunControl::carry_out(const wire::Request& request) {
    using R = wire::Request;
    switch (request.verb_case()) {
        case R::kConfigure:
            return configure(request.configure().name());
        case R::kStart:
            return start(request.start());
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
            return stop(request.stop().reason().empty() ? "requested" : request.stop().reason());
        case R::kReset: {
            readout_.reset();
            {
                const std::lock_guard lock(mutex_);
                fault_.clear();
            }
            for (const auto& follower : followers_->statuses())
                if (follower.state() == wire::FAULT)
                    journal_.warn("follower",
                                  fmt::format("daemon {} is in fault: {}; reset it with --daemon {}",
                                              follower.daemon(), follower.fault(), follower.daemon()));
            return;
        }
        case R::kNote:
            return note(request.note().text());
        default:
            return;
    }
}

void RunControl::configure(const std::string& name) {
    const auto path =
        name.empty() ? config_path_ : (std::filesystem::path(config_path_).parent_path() / name).string();
    auto loaded = proto::load_config(path);
    auto status = loaded ? take_config(std::move(*loaded)) : proto::Status(loaded.error());
    if (status && !followers_->empty()) {
        auto request = from_lead();
        request.mutable_configure()->set_name(name);
        status = followers_->ask_each(request);
    }
    if (!status) refuse(status.error().message);
    force(status ? Trigger::CONFIGURATION_READ : Trigger::CONFIGURATION_REFUSED);
}

// Sockets, directories and the set of daemons stay as they are for the life of the process.
proto::Status RunControl::take_config(proto::LoadedConfig loaded) {
    const auto same_daemons = [&] {
        std::vector<std::string> now;
        std::vector<std::string> then;
        for (const auto& daemon : settings_.config.config.daemon())
            now.push_back(daemon.name());
        for (const auto& daemon : loaded.config.daemon())
            then.push_back(daemon.name());
        return now == then;
    };
    if (!same_daemons())
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{} names other daemons; restart spillgate-daq to use it", loaded.path));
    std::vector<std::uint32_t> boards;
    for (const auto& daemon : loaded.config.daemon())
        if (daemon.name() == settings_.daemon) boards.assign(daemon.board().begin(), daemon.board().end());
    if (boards.empty())
        for (const auto& board : loaded.config.board())
            boards.push_back(board.id());
    if (auto status = change_slow_control(loaded.config.slow_control()); !status) return status;
    const std::lock_guard lock(mutex_);
    settings_.boards = std::move(boards);
    settings_.config = std::move(loaded);
    return {};
}

void RunControl::stop(const std::string& reason) {
    if (!readout_) return force(Trigger::RUN_CLOSED);
    stop_reason_ = reason;
    deadline_ = Clock::now() + followers_stop_within;
    readout_->stop();
    auto request = from_lead();
    request.mutable_stop()->set_reason(reason);
    if (auto status = followers_->ask_each_in_run(request); !status)
        journal_.warn("follower", status.error().message);
}

void RunControl::note(const std::string& text) {
    if (!readout_) return;
    readout_->add_note(text);
    auto request = from_lead();
    request.mutable_note()->set_text(text);
    if (auto status = followers_->ask_each_in_run(request); !status)
        journal_.warn("follower", status.error().message);
    catalogue_run(readout_->description());
}

void RunControl::follow_run() {
    const auto progress = readout_->progress();
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
        case wire::STOPPING: {
            const auto followers = followers_->statuses();
            const bool all_ended = std::ranges::all_of(followers, [](const auto& f) {
                return !f.reachable() || f.state() == wire::CONFIGURED || f.state() == wire::IDLE ||
                       f.state() == wire::FAULT;
            });
            if (progress.finished && (all_ended || (deadline_ && Clock::now() > *deadline_))) close_run();
            return;
        }
        default:
            break;
    }
    if (progress.end_reason.empty() || now == wire::STOPPING || now == wire::PREPARING) return;
    if (!progress.end_words.empty()) journal_.error(progress.end_reason, progress.end_words);
    force(Trigger::FIRST_SLOT_OPEN);
    force(Trigger::STOP);
    if (state() == wire::STOPPING) stop(progress.end_reason);
}

void RunControl::watch_followers() {
    for (const auto& follower : followers_->statuses()) {
        auto [known, first] = was_reachable_.try_emplace(follower.daemon(), follower.reachable());
        if (first || known->second == follower.reachable()) continue;
        known->second = follower.reachable();
        if (follower.reachable())
            journal_.info(fmt::format("daemon {} answers again", follower.daemon()));
        else if (readout_)
            journal_.error("follower", fmt::format("daemon {} does not answer; the run goes on without it",
                                                   follower.daemon()));
        else
            journal_.warn("follower", fmt::format("daemon {} does not answer", follower.daemon()));
    }
}

void RunControl::close_run() {
    deadline_.reset();
    const auto progress = readout_->progress();
    const auto reason = std::exchange(stop_reason_, {});
    if (slow_control_) slow_control_->end_run();
    auto closed = readout_->close(reason);
    const auto directory = readout_->directory();
    readout_.reset();
    give_memory_back();
    if (!closed) return fault(fmt::format("{} has no end record: {}", directory, closed.error().message));
    last_run_ = *closed;
    publisher_.put(announcement(proto::Topic::RUN, closed->SerializeAsString()));
    catalogue_run(*closed);
    journal_.info(fmt::format("run {} ended: {}; {} slots, {} complete, {} spills", closed->number(),
                              closed->stop_reason(), closed->ledger().slots(), closed->ledger().complete(),
                              closed->ledger().spills()));
    if (progress.end_reason == "disk-failed") return fault(progress.end_words);
    force(Trigger::RUN_CLOSED);
}

// After an unforeseen failure: the run gets its end record if that is possible.
void RunControl::close_faulty_run() {
    if (slow_control_) slow_control_->end_run();
    if (auto closed = readout_->close("fault")) {
        last_run_ = *closed;
        catalogue_run(*closed);
    } else {
        journal_.error("close", closed.error().message);
    }
    readout_.reset();
}

void RunControl::catalogue_run(const wire::RunDescription& description) {
    if (!catalogue_) return;
    if (auto status = catalogue_->record(description); !status)
        journal_.error("catalogue", status.error().message);
}

}  // namespace spillgate::daq
