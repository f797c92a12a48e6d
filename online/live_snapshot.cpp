// What the writer publishes: snapshots and trend points.
#include <algorithm>

#include <fmt/format.h>

#include "online/live_spectra.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr auto lead_silent_after = 3s;  // heartbeats come each second

}  // namespace

void LiveSpectra::publish() {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->version = ++version_;
    snapshot->utc_ns = proto::utc_now_ns();
    snapshot->config = loaded_;
    snapshot->newest_slot_utc_ns = window_ends_.newest_utc_ns();
    for (const Daemon& daemon : daemons_) {
        snapshot->daemons.push_back({daemon.name, daemon.lead, daemon.heard_utc_ns, daemon.status,
                                     daemon.disk.full_in_s(config_.storage().stop_below_bytes())});
    }
    LiveRun* const run = newest();
    if (run != nullptr) {
        snapshot->run = run->view();
        const auto exported = exports_.find(run->number());
        if (exported != exports_.end()) snapshot->run.exports = exported->second;
    }
    if (refused_ && (run == nullptr || refused_->number() > run->number())) {
        snapshot->run = RunView{};
        snapshot->run.phase = RunPhase::REFUSED;
        snapshot->run.description = refused_;
        snapshot->run.statement = refusal_;
    }
    const bool empty = snapshot->run.phase == RunPhase::NONE || snapshot->run.phase == RunPhase::REFUSED;
    if (last_ && !changed_) {
        snapshot->spectra = last_->spectra;
        snapshot->changed = last_->changed;
    } else {
        snapshot->spectra =
            empty ? engine_->make_spectra() : opened_runs_.shown(run->number(), run->spectra());
        snapshot->changed.assign(snapshot->spectra->size(), snapshot->version);
        for (std::size_t i = 0; last_ && i < snapshot->spectra->size(); ++i) {
            if (same_counts(last_->spectra->histogram(i), snapshot->spectra->histogram(i))) {
                snapshot->changed[i] = last_->changed[i];
            }
        }
    }
    changed_ = false;
    scope_.publish();
    snapshot->trend = trend_.points();
    snapshot->strip = strip_.view();
    snapshot->channels = channels_.newest();
    snapshot->closed = closed_;
    snapshot->to_candidates = to_candidates_.quantiles();
    snapshot->to_histogram = to_histogram_.quantiles();
    snapshot->bad_messages = bad_messages_ + subscriber_.bad_messages();
    snapshot->other_run_messages = other_run_messages_;
    snapshot->log.assign(log_.begin(), log_.end());
    snapshot->checkpoints = checkpoints_;
    snapshot->checkpoint_fault = checkpoint_fault_;
    const auto asked = resets_.take();
    std::vector<proto::Result<SpectraResetPtr>> answers;
    answers.reserve(asked.size());
    for (const auto& [person, answer] : asked)
        answers.push_back(reset(person, *snapshot));
    last_ = snapshot;
    board_.publish(std::move(snapshot));
    for (std::size_t i = 0; i < asked.size(); ++i)
        asked[i].answer(std::move(answers[i]));
}

// Begins with what this snapshot shows: filling is not disturbed, and consoles have seen just that.
proto::Result<SpectraResetPtr> LiveSpectra::reset(const std::string& person, Snapshot& snapshot) {
    LiveRun* const run = newest();
    if (run == nullptr || snapshot.run.phase == RunPhase::REFUSED)
        return proto::error(proto::ErrorKind::REFUSED, "no run is followed");
    auto reset = run->reset(person, snapshot.utc_ns, snapshot.spectra);
    if (!reset) return reset;
    snapshot.run.reset = *reset;
    snapshot.run.reset_reached = true;
    reset_unsaved_ = true;
    say(fmt::format("{} has reset the range \"since the reset\" of run {}", person, run->number()));
    return reset;
}

void LiveSpectra::look_at_channels() {
    auto told = channels_.tallies();
    crew_.hand_over(told);
    channels_.take(std::move(told));
}

void LiveSpectra::look_for_unblinding() {
    const LiveRun* const run = newest();
    if (run == nullptr || !engine_->config().blinded() || !opened_runs_.look(run->number())) return;
    scope_.open(opened_runs_.opened());
    if (opened_runs_.opened())
        say(fmt::format("run {} has been unblinded", run->number()));
    else
        warn(fmt::format("run {} is sealed again: the log of unblindings does not hold any more",
                         run->number()));
    changed_ = true;
}

LiveTrend::Filled LiveSpectra::filled() {
    const LiveRun* const run = newest();
    return run == nullptr ? LiveTrend::Filled{} : LiveTrend::Filled{run->number(), run->slots_filled()};
}

void LiveSpectra::add_trend_point() {
    const auto lead = std::ranges::find(daemons_, true, &Daemon::lead);
    const bool speaks = lead != daemons_.end() && lead->silence <= lead_silent_after;
    trend_.take(Clock::now(), speaks ? lead->status.get() : nullptr, filled());
}

}  // namespace spillgate::online
