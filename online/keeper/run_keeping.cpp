#include "online/keeper/run_keeping.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

#include "online/keeper/run_records.hpp"
#include "online/keeper/untold_runs.hpp"
#include "online/quality/missed_runs.hpp"

namespace spillgate::online {

namespace {

std::int64_t ns(double utc_s) {
    return static_cast<std::int64_t>(utc_s * 1e9);
}

const wire::RunDescription* newest_run(const Snapshot& snapshot) {
    const auto lead = std::ranges::find_if(snapshot.daemons, &DaemonView::lead);
    if (lead == snapshot.daemons.end() || !lead->status || lead->status->run().number() == 0) return nullptr;
    return &lead->status->run();
}

// Said when it begins.
void log_once(std::string& known, const proto::Status& status, std::string_view what) {
    const std::string fault = status ? "" : status.error().message;
    if (fault != std::exchange(known, fault) && !status) spdlog::error("{}: {}", what, fault);
}

}  // namespace

RunKeeping::RunKeeping(Options options)
    : options_(std::move(options)),
      run_judge_(options_.console, options_.console_sha256),
      missed_runs_(std::make_unique<MissedRuns>(
          options_.console.quality().empty() ? "" : options_.runs_dir,
          [this](wire::RunType type, std::string_view name) { return run_judge_.asks_for(type, name); })) {}

RunKeeping::~RunKeeping() = default;

RunKeeping::Written RunKeeping::watch(const Snapshot& snapshot, Database* desk, double utc_s) {
    Written out;
    const auto* const newest = newest_run(snapshot);
    if (newest == nullptr) return out;
    if (desk != nullptr && !tell_untold(newest->number(), *desk, ns(utc_s), out)) return out;
    for (auto& event : run_watch_.look(*newest, ns(utc_s))) {
        const bool begins = event.entry.kind == EntryKind::RUN_START;
        run_ = begins ? event.entry.run : 0;
        if (desk != nullptr) {
            const auto told = Logbook(*desk).has(event.entry.kind, event.entry.run);
            if (told && *told) continue;  // by an earlier process
        }
        out.entries.push_back(std::move(event.entry));
        if (!begins && options_.tell_run_end) options_.tell_run_end(event.run);
    }
    return out;
}

// Whether all of them are told: what begins now comes after them. A catalogue that cannot be read holds
// nothing up.
bool RunKeeping::tell_untold(std::uint32_t newest, Database& desk, std::int64_t utc_ns, Written& out) {
    if (options_.runs_dir.empty() || newest == told_before_) return true;
    Logbook logbook(desk);
    auto untold = untold_events(options_.runs_dir, newest, logbook, utc_ns);
    log_once(untold_fault_, untold ? proto::Status() : proto::Status(untold.error()),
             "runs that began or ended unseen cannot be told of");
    const auto first = untold && !untold->empty() ? untold->front().entry.text : std::string();
    if (first.empty() || first == std::exchange(untold_first_, first)) {  // or the logbook does not take them
        told_before_ = newest;
        return true;
    }
    for (auto& event : *untold) {
        // Its watcher finds it told, and is silent.
        const bool was_watched = event.entry.kind == EntryKind::RUN_STOP && event.entry.run == run_;
        if (was_watched && options_.tell_run_end) options_.tell_run_end(event.run);
        out.entries.push_back(std::move(event.entry));
    }
    return false;
}

RunKeeping::Written RunKeeping::judge(const Snapshot& snapshot, Database& desk, const HistoryAtHand& at_hand,
                                      double utc_s) {
    Written out;
    auto entries = run_judge_.look(snapshot, desk, at_hand, ns(utc_s));
    if (!entries) {
        out.status = entries.error();
        return out;
    }
    out.entries = std::move(*entries);
    judge_missed(snapshot, desk, at_hand, utc_s, out);
    return out;
}

void RunKeeping::judge_missed(const Snapshot& snapshot, Database& desk, const HistoryAtHand& at_hand,
                              double utc_s, Written& out) {
    const auto missed = missed_runs_->look(snapshot, desk, utc_s);
    log_once(missed_fault_, missed ? proto::Status() : proto::Status(missed.error()),
             "runs that were not followed cannot be judged");
    if (!missed || !*missed) return;
    const RunAccount& account = **missed;
    auto entry = run_judge_.judge_late(account, desk, at_hand, ns(utc_s));
    if (!entry) {
        out.status = entry.error();
        return;
    }
    if (*entry) out.entries.push_back(std::move(**entry));
    out.status = RunRecords(desk).keep(sideband_rows(account.description->number(), account.spectra.get()));
}

proto::Status RunKeeping::keep_sidebands(const Snapshot& snapshot, Database& desk) {
    for (const auto& closed : snapshot.closed) {
        if (closed->version <= sidebands_kept_) continue;
        const auto rows = sideband_rows(closed->run.description->number(), closed->spectra.get());
        if (auto kept = RunRecords(desk).keep(rows); !kept) return kept;
        sidebands_kept_ = closed->version;
    }
    return {};
}

void RunKeeping::stop() {
    missed_runs_->stop();
}

}  // namespace spillgate::online
