// What RunControl does on its stepping thread: configurations, two-phase starts, the course and end of runs.
#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "daq/byte_text.hpp"
#include "daq/common_start.hpp"
#include "daq/run_control.hpp"
#include "proto/names.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto prepare_within = std::chrono::seconds(10);  // all daemons see marks
constexpr auto tied_within = std::chrono::seconds(8);      // all clocks are tied; the run begins all the same
constexpr auto commit_within = std::chrono::seconds(30);   // a follower waits no longer for its lead
constexpr auto followers_stop_within = std::chrono::seconds(10);
constexpr double start_ahead_s =
    0.5;  // of the newest mark seen, so that every daemon gets the commit before it

std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

bool has_simulation(const config::Config& config) {
    return std::ranges::any_of(config.board(), [](const auto& board) { return board.has_simulation(); });
}

wire::Request from_lead() {
    wire::Request request;
    request.set_client("lead");
    return request;
}

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

proto::Result<std::unique_ptr<Readout>> RunControl::open_run(std::uint32_t number, wire::RunType type,
                                                             const std::string& note) {
    wire::RunDescription description;
    description.set_format_major(proto::wire_major);
    description.set_format_minor(proto::wire_minor);
    description.set_number(number);
    description.set_type(type);
    description.set_simulated(has_simulation(settings_.config.config));
    description.set_blinded(settings_.config.config.blinded());
    description.set_note(note);
    description.set_daemon(settings_.daemon);
    description.set_follower(!settings_.lead);
    description.set_software_version(SPILLGATE_VERSION);
    description.set_host(host_name());
    description.set_start_utc_ns(proto::utc_now_ns());
    description.set_config_sha256(settings_.config.sha256);
    description.set_effective_config(settings_.config.effective);
    const Readout::Settings settings{&settings_.config, settings_.daemon, settings_.boards,
                                     settings_.runs_dir};
    return Readout::prepare(settings, std::move(description), publisher_, files_, journal_);
}

// A run that would end disk-full at once is better not begun.
proto::Status RunControl::check_room() const {
    const auto free = files_.free_bytes(settings_.runs_dir);
    if (!free) return {};  // creating the run's directory will say why
    const auto& storage = settings_.config.config.storage();
    const auto needed = storage.stop_below_bytes() + storage.reserve_bytes();
    if (*free >= needed) return {};
    return proto::error(
        proto::ErrorKind::DISK_FULL,
        fmt::format("too little disk space for a run: {} are free in {}, {} are needed "
                    "(storage.stop_below_bytes {} + storage.reserve_bytes {})",
                    byte_text(*free), settings_.runs_dir, byte_text(needed),
                    byte_text(storage.stop_below_bytes()), byte_text(storage.reserve_bytes())));
}

void RunControl::start(const wire::Request::Start& start) {
    if (const auto room = check_room(); !room) {  // before a number is spent on it
        refuse(fmt::format("no run was started: {}", room.error().message));
        return force(Trigger::ABANDON);
    }
    auto number = catalogue_->take_number();
    if (!number) {
        refuse(number.error().message);
        return force(Trigger::ABANDON);
    }
    auto readout = open_run(*number, start.type(), start.note());
    if (!readout) {
        refuse(fmt::format("run {} was not started: {}", *number, readout.error().message));
        return force(Trigger::ABANDON);
    }
    readout_ = std::move(*readout);
    ties_deadline_ = Clock::now() + tied_within;
    if (followers_->empty()) {
        // Slots before the clocks are tied would lack traces.
        if (readout_->progress().statistics.ties.empty()) return commit_all();
        readout_->start_sources();
        return;
    }
    auto request = from_lead();
    auto& prepare = *request.mutable_prepare();
    prepare.set_run(*number);
    prepare.set_type(start.type());
    prepare.set_note(start.note());
    prepare.set_config_sha256(settings_.config.sha256);
    if (auto status = followers_->ask_each(request); !status) return abandon(status.error().message);
    readout_->start_sources();
    deadline_ = Clock::now() + prepare_within;
}

void RunControl::prepare(const wire::Request::Prepare& prepare) {
    if (const auto room = check_room(); !room) {
        refuse(room.error().message);
        return force(Trigger::ABANDON);
    }
    auto readout = open_run(prepare.run(), prepare.type(), prepare.note());
    if (!readout) {
        refuse(readout.error().message);
        return force(Trigger::ABANDON);
    }
    readout_ = std::move(*readout);
    readout_->start_sources();
    deadline_ = Clock::now() + commit_within;
    ties_deadline_ = Clock::now() + tied_within;
}

// The second phase, when every daemon is prepared.
void RunControl::commit_all() {
    StartRule rule;
    bool simulated = readout_->description().simulated();
    if (!followers_->empty()) {
        auto daemons = followers_->statuses();
        for (const auto& daemon : daemons)
            simulated = simulated || daemon.run().simulated();
        wire::DaemonStatus own;
        own.set_daemon(settings_.daemon);
        readout_->fill(own);
        daemons.push_back(std::move(own));
        auto common =
            common_start(daemons, settings_.config.config.facility().repetition_hz(), start_ahead_s);
        if (!common) return abandon(common.error().message);
        rule = *common;
        auto request = from_lead();
        *request.mutable_commit() = commit_message(readout_->description().number(), rule, simulated);
        if (auto status = followers_->ask_each(request); !status) return abandon(status.error().message);
    }
    force(Trigger::COMMIT);
    commit(rule, simulated);
}

void RunControl::commit(const StartRule& rule, bool simulated) {
    if (!readout_) return;
    deadline_.reset();
    readout_->commit(rule, simulated);
    if (slow_control_) slow_control_->begin_run(readout_->directory());
    const auto& description = readout_->description();
    publisher_.put(announcement(proto::Topic::RUN, description.SerializeAsString()));
    catalogue_run(description);
    journal_.info(fmt::format("run {} starts: {}{}, in {}", description.number(), name_of(description.type()),
                              description.simulated() ? ", SIMULATED" : "", readout_->directory()));
}

// A start that is off: its number stays used, and its directory says why.
void RunControl::abandon(const std::string& why) {
    refuse(fmt::format("the start was abandoned: {}", why));
    deadline_.reset();
    if (readout_ && !followers_->empty()) {
        auto request = from_lead();
        request.mutable_abandon()->set_run(readout_->description().number());
        if (auto status = followers_->ask_each_in_run(request); !status)
            journal_.warn("follower", status.error().message);
    }
    if (readout_) {
        if (slow_control_) slow_control_->end_run();
        readout_->stop();
        if (auto closed = readout_->close(fmt::format("abandoned: {}", why))) {
            catalogue_run(*closed);
            last_run_ = *closed;
            publisher_.put(announcement(proto::Topic::RUN, closed->SerializeAsString()));
        } else {
            journal_.error("close", closed.error().message);
        }
        readout_.reset();
    }
    force(Trigger::ABANDON);
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
        case wire::PREPARING: {
            const auto followers = followers_->statuses();
            for (const auto& follower : followers)
                if (follower.state() != wire::PREPARING && !follower.refusal().empty())
                    return abandon(fmt::format("daemon {}: {}", follower.daemon(), follower.refusal()));
            if (settings_.lead && !clocks_are_tied(progress)) return;
            if (settings_.lead && followers_->empty()) return commit_all();
            const bool prepared =
                progress.mark && std::ranges::all_of(followers, [](const auto& f) { return f.prepared(); });
            if (settings_.lead && prepared) return commit_all();
            if (!deadline_ || Clock::now() < *deadline_) return;
            if (!settings_.lead) return abandon("no commit came from the lead in 30 s");
            std::string late = progress.mark ? "" : settings_.daemon;
            for (const auto& follower : followers)
                if (!follower.prepared()) late += (late.empty() ? "" : ", ") + follower.daemon();
            return abandon(fmt::format("no marks within 10 s at daemon {}", late));
        }
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

// … or have had their time. Sources that are held back give no marks to tie by before the run begins.
bool RunControl::clocks_are_tied(const Progress& progress) {
    const auto& ties = progress.statistics.ties;
    const auto untied = std::ranges::find(ties, false, &ClockTieStatistics::locked);
    if (untied == ties.end() || (progress.mark && progress.sources_wait)) return true;
    if (Clock::now() < ties_deadline_) return false;
    journal_.warn("clock-tie",
                  fmt::format("the run begins with clock domain {} not tied yet: the boards' common marks "
                              "did not show within 8 s how it runs",
                              untied->domain));
    return true;
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
