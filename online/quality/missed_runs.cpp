#include "online/quality/missed_runs.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/keeper/quantities.hpp"
#include "online/keeper/run_records.hpp"
#include "online/niceness.hpp"
#include "online/quality/recorded_account.hpp"

namespace spillgate::online {

namespace {

using proto::ErrorKind;

constexpr double search_s = 30;     // between two searches, if no run has begun
constexpr double following_s = 60;  // whoever follows a run has shown it by so long after its end
constexpr std::size_t page_size = 100;
constexpr double bytes_per_s = 32e6;  // at most, while a run is recorded

double seconds(std::int64_t utc_ns) {
    return static_cast<double>(utc_ns) * 1e-9;
}

}  // namespace

// A run is followed by what shows it while it goes on, or closes it afterwards.
void MissedRuns::leave_followed(const Snapshot& snapshot) {
    const auto phase = snapshot.run.phase;
    if (phase != RunPhase::NONE && phase != RunPhase::REFUSED)
        left_.insert(snapshot.run.description->number());
    for (const auto& closed : snapshot.closed)
        left_.insert(closed->run.description->number());
}

proto::Result<std::optional<RunAccount>> MissedRuns::look(const Snapshot& snapshot, Database& desk,
                                                          double utc_s) {
    if (runs_dir_.empty()) return std::optional<RunAccount>();
    if (!begun_utc_s_) begun_utc_s_ = utc_s;
    leave_followed(snapshot);
    run_goes_on_ = in_run(snapshot);
    const auto lead = std::ranges::find_if(snapshot.daemons, &DaemonView::lead);
    if (lead == snapshot.daemons.end() || !lead->status) return std::optional<RunAccount>();
    if (reading_ != 0) return take_read();
    const std::uint32_t newest = lead->status->run().number();
    const bool due = newest != newest_ || utc_s - found_utc_s_ >= search_s || utc_s < found_utc_s_;
    if (found_.empty() && due) {
        if (auto found = find(newest, desk, utc_s); !found) return found.error();
        newest_ = newest;
        found_utc_s_ = utc_s;
    }
    while (!found_.empty() && reading_ == 0) {
        const auto run = std::move(found_.front());
        found_.pop_front();
        if (!left_.contains(run.number())) read(run);
    }
    return std::optional<RunAccount>();
}

// All that are not settled, and what is settled from the oldest on is not looked at again.
proto::Status MissedRuns::find(std::uint32_t newest, Database& desk, double utc_s) {
    const auto from = begin(newest, desk);
    if (!from) return from.error();
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir_);
    if (!catalogue && catalogue.error().kind == ErrorKind::NOT_FOUND) return {};
    if (!catalogue) return catalogue.error();
    std::uint32_t settled_below = newest;  // all from `from` up to here
    for (std::uint32_t before = newest; before > *from + 1;) {
        const auto page = catalogue->page(before, page_size);
        if (!page) return page.error();
        for (const auto& run : *page) {
            before = run.number();
            if (before <= *from) break;
            const auto settled = is_settled(run, desk);
            if (!settled) return settled.error();
            if (*settled) continue;
            settled_below = before;
            if (!left_.contains(before) && !may_be_followed(run, utc_s)) found_.push_front(run);
        }
        if (page->size() < page_size) break;
    }
    if (settled_below > *from + 1) return RunRecords(desk).look_through(settled_below - 1);
    return {};
}

// The run behind which to look. What ended before there was any verdict is past.
proto::Result<std::uint32_t> MissedRuns::begin(std::uint32_t newest, Database& desk) const {
    RunRecords records(desk);
    const auto looked = records.looked_through();
    if (!looked) return looked.error();
    if (*looked) return **looked;
    const auto first = records.first_judged();
    if (!first) return first.error();
    const std::uint32_t next = std::max<std::uint32_t>(first->value_or(newest), 1);
    if (auto kept = records.look_through(next - 1); !kept) return kept.error();
    return next - 1;
}

proto::Result<bool> MissedRuns::is_settled(const wire::RunDescription& run, Database& desk) const {
    if (!asks_for_(run.type(), {})) return true;
    const auto judged_by = RunRecords(desk).judged_by(run.number());
    if (!judged_by) return judged_by.error();
    return *judged_by && **judged_by != JudgedBy::A_PART;
}

bool MissedRuns::may_be_followed(const wire::RunDescription& run, double utc_s) const {
    const double ended_s = seconds(run.stop_utc_ns());
    return ended_s > *begun_utc_s_ && utc_s - ended_s < following_s;
}

void MissedRuns::read(const wire::RunDescription& run) {
    reading_ = run.number();
    spdlog::info("run {} ended while it was not followed: reading its files to judge it", run.number());
    thread_ = std::jthread([this, run](const std::stop_token& stop) {
        give_way(console_niceness);
        give_way_on_disk();
        const RecordedReading reading{
            runs_dir_, [&](std::string_view quantity) { return asks_for_(run.type(), quantity); },
            [&](std::size_t bytes) { return keep_going(stop, bytes); }};
        auto account = account_of_files(run, reading);
        const std::lock_guard lock(mutex_);
        read_.emplace(std::move(account));
    });
}

// The recorder has the disk first.
bool MissedRuns::keep_going(const std::stop_token& stop, std::size_t bytes) const {
    if (run_goes_on_) {
        std::mutex nobody;
        std::unique_lock lock(nobody);
        const std::chrono::duration<double> turn(static_cast<double>(bytes) / bytes_per_s);
        std::condition_variable_any().wait_for(lock, stop, turn, [] { return false; });
    }
    return !stop.stop_requested();
}

proto::Result<std::optional<RunAccount>> MissedRuns::take_read() {
    const std::lock_guard lock(mutex_);
    if (!read_) return std::optional<RunAccount>();
    auto account = std::move(*read_);
    read_.reset();
    const std::uint32_t run = std::exchange(reading_, 0);
    left_.insert(run);
    if (account) return std::optional(std::move(*account));
    spdlog::error("run {} is not judged: {}", run, account.error().message);
    return std::optional<RunAccount>();
}

void MissedRuns::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace spillgate::online
