// How RunControl starts a run, on its stepping thread: in two phases, on all daemons.
#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "daq/byte_text.hpp"
#include "daq/common_start.hpp"
#include "daq/run_control.hpp"
#include "daq/run_limits.hpp"
#include "proto/names.hpp"
#include "proto/software_version.hpp"

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto prepare_within = std::chrono::seconds(10);  // all daemons see marks
constexpr auto tied_within = std::chrono::seconds(8);      // all clocks are tied; the run begins all the same
constexpr auto commit_within = std::chrono::seconds(30);   // a follower waits no longer for its lead
constexpr double start_ahead_s =
    0.5;  // of the newest mark seen, so that every daemon gets the commit before it

std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

// Of the file system that holds it; 0: not known.
std::uint64_t total_bytes(const std::string& directory) {
    std::error_code failed;
    const auto space = std::filesystem::space(directory, failed);
    return failed ? 0 : space.capacity;
}

bool has_simulation(const config::Config& config) {
    return std::ranges::any_of(config.board(), [](const auto& board) { return board.has_simulation(); });
}

}  // namespace

// The description is given what is asked of the run; the rest is filled in here.
proto::Result<std::unique_ptr<Readout>> RunControl::open_run(wire::RunDescription description) {
    description.set_format_major(proto::wire_major);
    description.set_format_minor(proto::wire_minor);
    description.set_simulated(has_simulation(settings_.config.config));
    description.set_blinded(settings_.config.config.blinded());
    description.set_daemon(settings_.daemon);
    description.set_follower(!settings_.lead);
    description.set_software_version(proto::software_version());
    description.set_host(host_name());
    description.set_start_utc_ns(proto::utc_now_ns());
    description.set_config_sha256(settings_.config.sha256);
    description.set_effective_config(settings_.config.effective);
    const Readout::Settings settings{&settings_.config, settings_.daemon, settings_.boards,
                                     settings_.runs_dir};
    return Readout::prepare(settings, std::move(description), publisher_, files_, journal_);
}

// For a run that begins, or the first that will.
void RunControl::begin_afresh() {
    {
        const std::lock_guard lock(mutex_);
        restart_pending_ = false;
    }
    ending_.reset();
    first_slot_at_.reset();
    elapsed_s_ = 0;
    ties_deadline_ = Clock::now() + tied_within;
    disk_total_bytes_ = total_bytes(settings_.runs_dir);
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

void RunControl::start(const wire::Request::Start& start, const std::string& person,
                       std::uint32_t restarted_from) {
    if (const auto room = check_room(); !room) {  // before a number is spent on it
        refuse(fmt::format("no run was started: {}", room.error().message));
        force(Trigger::ABANDON);
        return;
    }
    auto number = catalogue_->take_number();
    if (!number) {
        refuse(number.error().message);
        force(Trigger::ABANDON);
        return;
    }
    wire::RunDescription description;
    description.set_number(*number);
    description.set_type(start.type());
    description.set_note(start.note());
    description.set_operator_(start.operator_());
    if (has_limit(start.limits())) *description.mutable_limits() = start.limits();
    description.set_restarted_from(restarted_from);
    auto readout = open_run(std::move(description));
    if (!readout) {
        refuse(fmt::format("run {} was not started: {}", *number, readout.error().message));
        force(Trigger::ABANDON);
        return;
    }
    begin_afresh();
    started_as_ = start;
    readout_ = std::move(*readout);
    if (followers_->empty()) {
        // Slots before the clocks are tied would lack traces.
        if (readout_->progress().statistics.ties.empty()) return commit_all();
        readout_->start_sources();
        return;
    }
    auto request = from_lead();
    request.set_person(person);
    auto& prepare = *request.mutable_prepare();
    prepare.set_run(*number);
    prepare.set_type(start.type());
    prepare.set_note(start.note());
    prepare.set_operator_(start.operator_());
    prepare.set_config_sha256(settings_.config.sha256);
    if (auto status = followers_->ask_each(request); !status) return abandon(status.error().message);
    readout_->start_sources();
    deadline_ = Clock::now() + prepare_within;
}

void RunControl::prepare(const wire::Request::Prepare& prepare) {
    if (const auto room = check_room(); !room) {
        refuse(room.error().message);
        force(Trigger::ABANDON);
        return;
    }
    wire::RunDescription description;
    description.set_number(prepare.run());
    description.set_type(prepare.type());
    description.set_note(prepare.note());
    description.set_operator_(prepare.operator_());
    auto readout = open_run(std::move(description));
    if (!readout) {
        refuse(readout.error().message);
        force(Trigger::ABANDON);
        return;
    }
    begin_afresh();
    readout_ = std::move(*readout);
    readout_->start_sources();
    deadline_ = Clock::now() + commit_within;
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
    journal_.info("run",
                  fmt::format("run {} starts: {}{}, in {}", description.number(), name_of(description.type()),
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
        if (auto closed = readout_->close(fmt::format("abandoned: {}", why), {})) {
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

// Until every daemon is prepared, or it takes too long.
void RunControl::follow_start(const Progress& progress) {
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

// Whether they are, or have had their time. Sources that are held back give no marks to tie by before the run
// begins.
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

}  // namespace spillgate::daq
