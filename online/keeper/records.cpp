#include "online/keeper/records.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/alarms/alarms_json.hpp"
#include "online/alarms/built_in_rules.hpp"
#include "online/keeper/desk.hpp"
#include "online/shift/calibration_age.hpp"
#include "proto/run_file/file_layer.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr double retry_s = 30;       // an attempt to open a database that failed
constexpr double thin_s = 60;        // between two rounds of thinning
constexpr double back_up_s = 86400;  // a copy of the desk database a day

std::int64_t ns(double utc_s) {
    return static_cast<std::int64_t>(utc_s * 1e9);
}

// A file that SQLite cannot read is put beside, for an expert; what comes next is written into a new one.
void put_aside(const std::string& path, double utc_s) {
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm"})
        std::filesystem::rename(path + part, fmt::format("{}.damaged-{:.0f}{}", path, utc_s, part), ignored);
}

// Opened, or opened anew if it is damaged.
template <class Open>
auto opened(const std::string& path, double utc_s, Open&& open) {
    auto first = open(path);
    if (first || first.error().kind != ErrorKind::CORRUPT) return first;
    spdlog::error("{}; it is put aside", first.error().message);
    put_aside(path, utc_s);
    return open(path);
}

std::uint64_t count_of(const std::vector<AlarmTable::View>& views, AlarmState state) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(views, [&](const auto& view) { return view.alarm->state == state; }));
}

}  // namespace

Records::Records(RecordsOptions options, AlarmBoard& board)
    : options_(std::move(options)),
      board_(board),
      history_watch_(options_.directory + "/history.sqlite"),
      desk_watch_(options_.directory + "/console.sqlite"),
      alarms_(all_rules(options_.console, options_.warn_below_bytes), {}),
      runs_({options_.runs_dir, options_.console, options_.console_sha256, options_.tell_run_end}) {
    if (!options_.free_bytes)
        options_.free_bytes = [](const std::string& path) {
            return proto::posix_file_layer().free_bytes(path);
        };
}

void Records::open(double utc_s) {
    opened_s_ = utc_s;
    std::error_code failed;
    std::filesystem::create_directories(options_.directory, failed);
    if (!desk_) open_desk_database(utc_s);
    if (!history_) open_history(utc_s);
}

void Records::open_history(double utc_s) {
    auto history = opened(options_.directory + "/history.sqlite", utc_s, [this](const std::string& path) {
        return History::open(path, options_.console.history());
    });
    if (!history) {
        history_fault_ = history.error().message;
        history_watch_.could_not_open();
        return;
    }
    history_.emplace(std::move(*history));
    history_fault_.clear();
}

void Records::open_desk_database(double utc_s) {
    auto desk = opened(options_.directory + "/console.sqlite", utc_s, open_desk);
    if (!desk) {
        desk_failed(desk.error());
        desk_watch_.could_not_open();
        return;
    }
    desk_ = std::make_unique<Database>(std::move(*desk));
    desk_fault_.clear();
    tell_newest_entry();
    if (judged_) return;  // alarms that are known by now are not forgotten for what a file says
    auto kept = AlarmJournal(*desk_).load();
    if (kept)
        alarms_ = AlarmTable(all_rules(options_.console, options_.warn_below_bytes), *kept);
    else
        desk_failed(kept.error());
}

void Records::tell_newest_entry() {
    LogbookSearch newest;
    newest.limit = 1;
    const auto found = Logbook(*desk_).search(newest);
    if (options_.tell_entry && found && !found->empty()) options_.tell_entry(found->front().id);
}

void Records::desk_failed(const proto::Error& why) {
    if (desk_fault_ != why.message) spdlog::error("the logbook cannot be written: {}", why.message);
    desk_fault_ = why.message;
}

void Records::tick(double utc_s, const Snapshot* snapshot) {
    const bool again = utc_s - opened_s_ >= retry_s || utc_s < opened_s_;
    if ((!desk_ || !history_) && again) open(utc_s);
    Quantities quantities;
    if (snapshot != nullptr) {
        quantities = quantities_of(*snapshot, utc_s);
        auto rates = rates_.of(*snapshot, utc_s);
        std::ranges::move(rates, std::back_inserter(quantities));
        std::ranges::move(calibration_quantities(*snapshot, utc_s), std::back_inserter(quantities));
        write_all(runs_.watch(*snapshot, desk_.get(), utc_s));
        if (desk_) note(runs_.keep_sidebands(*snapshot, *desk_));
    }
    look_after_history(utc_s);
    quantities.push_back({"console.history_off", "", history_fault().empty() ? 0.0 : 1.0});
    quantities.push_back({"console.logbook_off", "", desk_fault_.empty() ? 0.0 : 1.0});
    quantities.push_back(runs_.bad());
    keep_history(utc_s, quantities);
    if (snapshot != nullptr && desk_)  // after the history has the run's last values
        write_all(runs_.judge(*snapshot, *desk_, {history_ ? &*history_ : nullptr, history_fault()}, utc_s));
    judged_ = true;
    take(alarms_.step(utc_s, quantities, snapshot != nullptr && in_run(*snapshot)), utc_s);
    publish();
    back_up(utc_s);
    tell_account(utc_s);
}

std::string Records::history_fault() const {
    return no_room_.empty() ? history_fault_ : no_room_;
}

void Records::look_after_history(double utc_s) {
    no_room_.clear();
    const auto free = options_.free_bytes(options_.directory);
    if (free && *free < options_.history_needs_bytes)
        no_room_ = fmt::format("{} bytes are free in {}; the history needs {}", *free, options_.directory,
                               options_.history_needs_bytes);
    const bool due = utc_s - thinned_s_ >= thin_s || utc_s < thinned_s_;
    if (!history_ || !due) return;
    thinned_s_ = utc_s;
    if (auto thinned = history_->thin(utc_s); !thinned) history_fault_ = thinned.error().message;
}

// After a commit that failed values are still put: the next one says whether it goes again.
void Records::keep_history(double utc_s, const Quantities& quantities) {
    if (!history_ || !no_room_.empty()) {
        values_while_off_ += quantities.size();
        return;
    }
    const auto commits = history_->counts().commits;
    if (auto kept = history_->put(utc_s, quantities); !kept)
        history_fault_ = kept.error().message;
    else if (history_->counts().commits > commits)
        history_fault_.clear();
}

void Records::take(const std::vector<Transition>& transitions, double utc_s) {
    if (transitions.empty()) return;
    LogbookEntry entry;
    entry.utc_ns = ns(utc_s);
    entry.run = run();
    entry.kind = EntryKind::ALARM;
    std::size_t untold = 0;
    for (const Transition& moved : transitions) {
        if (options_.tell) options_.tell(moved);
        const auto line = line_of(moved);
        if (line.empty()) continue;
        // Many at once are one entry: each is synced to disk.
        if (entry.text.size() + line.size() > Logbook::max_text_bytes / 2) {
            ++untold;
            continue;
        }
        if (!entry.text.empty()) entry.text += '\n';
        entry.text += line;
    }
    if (untold > 0) entry.text += fmt::format("\nand {} more", untold);
    proto::Status kept = error(ErrorKind::REFUSED, "the logbook is off");
    if (desk_) {
        kept = AlarmJournal(*desk_).record(transitions, alarms_);
        if (!kept) desk_failed(kept.error());
    }
    (kept ? account_.alarm_changes : account_.losses["alarm-change"]) += transitions.size();
    if (!entry.text.empty() && !write(entry)) lose_entry(entry);
}

void Records::note(const proto::Status& status) {
    if (!status) desk_failed(status.error());
}

void Records::write_all(const RunKeeping::Written& written) {
    note(written.status);
    for (const auto& entry : written.entries)
        if (!write(entry)) lose_entry(entry);
}

// Of the system: a person is told, and writes it again.
void Records::lose_entry(const LogbookEntry& entry) {
    ++account_.losses[fmt::format("entry-{}", name_of(entry.kind))];
}

void Records::tell_account(double utc_s) {
    if (!options_.tell_account) return;
    account_.utc_s = utc_s;
    account_.history =
        history_watch_.look(utc_s, history_ ? &history_->database() : nullptr, !history_fault().empty());
    account_.desk = desk_watch_.look(utc_s, desk_.get(), !desk_fault_.empty());
    const auto counts = history_ ? history_->counts() : History::Counts{};
    account_.series = history_ ? history_->known_series() : 0;
    account_.history_values = counts.values;
    account_.losses["history-not-written"] = counts.values_not_written;
    account_.losses["history-while-off"] = values_while_off_;
    account_.losses["history-too-many-series"] = counts.series_refused;
    options_.tell_account(account_);
}

proto::Result<Transition> Records::taken(proto::Result<Transition> moved, double utc_s) {
    if (!moved) return moved;
    take({*moved}, utc_s);
    publish();
    return moved;
}

proto::Result<Transition> Records::acknowledge(std::string_view id, std::string_view person,
                                               std::string_view comment, double utc_s) {
    return taken(alarms_.acknowledge(id, person, comment, utc_s), utc_s);
}

proto::Result<Transition> Records::shelve(std::string_view id, std::string_view person,
                                          std::string_view reason, double until_utc_s, double utc_s) {
    return taken(alarms_.shelve(id, person, reason, until_utc_s, utc_s), utc_s);
}

proto::Result<Transition> Records::unshelve(std::string_view id, std::string_view person, double utc_s) {
    return taken(alarms_.unshelve(id, person, utc_s), utc_s);
}

proto::Result<std::int64_t> Records::write(const LogbookEntry& entry) {
    auto written = append(entry);
    if (written) tell_entry(entry.kind, *written);
    return written;
}

void Records::tell_entry(EntryKind kind, std::int64_t id) {
    desk_fault_.clear();
    ++account_.entries[kind];
    if (options_.tell_entry) options_.tell_entry(id);
}

proto::Result<std::int64_t> Records::append(const LogbookEntry& entry) {
    const auto database = desk();
    if (!database) return database.error();
    auto written = Logbook(**database).append(entry);
    if (!written && written.error().kind != ErrorKind::CONFIG && written.error().kind != ErrorKind::NOT_FOUND)
        desk_failed(written.error());
    return written;
}

proto::Result<History*> Records::history() {
    if (!history_) return error(ErrorKind::REFUSED, fmt::format("the history is off: {}", history_fault()));
    return &*history_;
}

proto::Result<Database*> Records::desk() {
    if (!desk_) return error(ErrorKind::REFUSED, fmt::format("the logbook is off: {}", desk_fault_));
    return desk_.get();
}

void Records::publish() {
    auto views = alarms_.views();
    auto shown = std::make_shared<AlarmsShown>();
    shown->unacknowledged = count_of(views, AlarmState::UNACKNOWLEDGED);
    shown->acknowledged = count_of(views, AlarmState::ACKNOWLEDGED);
    shown->returned = count_of(views, AlarmState::RETURNED);
    shown->shelved = count_of(views, AlarmState::SHELVED);
    std::erase_if(views, [](const auto& view) { return view.alarm->state == AlarmState::NORMAL; });
    const auto reason = [](const std::string& fault) {
        return fault.empty() ? json::value(nullptr) : json::value(fault);
    };
    shown->json = json::serialize(json::object{{"alarms", alarms_json(views)},
                                               {"history_off", reason(history_fault())},
                                               {"logbook_off", reason(desk_fault_)}});
    const auto before = board_.newest();
    if (before && before->json == shown->json) return;
    shown->version = ++version_;
    board_.publish(std::move(shown));
}

void Records::back_up(double utc_s) {
    if (backed_up_s_ == 0) backed_up_s_ = utc_s;  // not at each start
    if (!desk_ || (utc_s - backed_up_s_ < back_up_s && utc_s >= backed_up_s_)) return;
    backed_up_s_ = utc_s;
    if (auto copied = desk_->copy_to(desk_->path() + ".backup"); !copied) desk_failed(copied.error());
}

void Records::close() {
    runs_.stop();
    if (history_ && no_room_.empty()) {
        if (auto written = history_->flush(); !written)
            spdlog::error("the last values of the history are lost: {}", written.error().message);
    }
}

}  // namespace spillgate::online
