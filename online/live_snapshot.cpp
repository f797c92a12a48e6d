// What the writer publishes: snapshots and trend points.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "online/live_spectra.hpp"
#include "online/run/charge_per_spill.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_trend_points = 900;

}  // namespace

bool takes_data(wire::State state) {
    switch (state) {
        case wire::STARTING:
        case wire::RUNNING:
        case wire::PAUSING:
        case wire::PAUSED_STATE:
        case wire::RESUMING:
        case wire::STOPPING:
            return true;
        default:
            return false;
    }
}

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
    snapshot->trend = shared_trend_;
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

// Differences of the lead's ledger over the last second. Without a daemon there is no point, not a zero.
void LiveSpectra::add_trend_point() {
    const auto lead = std::ranges::find(daemons_, true, &Daemon::lead);
    const auto now = Clock::now();
    const double elapsed = std::chrono::duration<double>(now - trend_at_).count();
    const std::uint64_t slots = newest() == nullptr ? 0 : newest()->slots_filled();
    const std::uint64_t filled = slots >= trend_slots_ ? slots - trend_slots_ : slots;
    if (lead == daemons_.end() || !lead->status || lead->silence > 3s) {
        trend_ledger_.reset();
    } else {
        const wire::DaemonStatus& status = *lead->status;
        const wire::LedgerTotals& ledger = status.run().ledger();
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        TrendPoint point;
        point.utc_s = static_cast<double>(proto::utc_now_ns()) * 1e-9;
        point.mark_rate_hz = takes_data(status.state()) ? status.mark_rate_hz() : none;  // else nobody looks
        point.period_us = status.period_ns() > 0 ? status.period_ns() * 1e-3 : none;
        point.period_rms_us = status.period_ns() > 0 ? status.period_rms_ns() * 1e-3 : none;
        point.slot_rate_hz = static_cast<double>(filled) / elapsed;
        point.data_rate_mb_s = status.data_rate_bytes_per_s() * 1e-6;
        point.charge_uc = none;
        if (trend_ledger_ && ledger.slots() >= trend_ledger_->slots()) {
            point.missed_per_s =
                static_cast<double>(ledger.mark_missed() - trend_ledger_->mark_missed()) / elapsed;
            if (const auto charge = charge_per_spill_uc(*trend_ledger_, ledger)) point.charge_uc = *charge;
        }
        trend_ledger_ = ledger;
        trend_.push_back(point);
        if (trend_.size() > max_trend_points) trend_.pop_front();
        shared_trend_ = std::make_shared<const std::vector<TrendPoint>>(trend_.begin(), trend_.end());
    }
    trend_slots_ = slots;
    trend_at_ = now;
}

}  // namespace spillgate::online
