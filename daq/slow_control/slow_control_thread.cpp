// What slow control does on its thread: files are read, values judged, changes told, rows recorded.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daq/slow_control/slow_control.hpp"
#include "proto/names.hpp"
#include "proto/time.hpp"

namespace spillgate::daq {

namespace {

constexpr auto tick = std::chrono::milliseconds(200);
constexpr auto look_every = std::chrono::seconds(1);  // at CSV files
constexpr auto tell_every =
    std::chrono::milliseconds(1100);  // so that the journal, too, counts it as another second

// The limit that makes it so, or what else does.
std::string why(const config::SlowValue& value, const SlowReading& reading, SlowState state) {
    if (state == wire::SlowValue::STALE) {
        if (!reading.age) return reading.trouble.empty() ? "never heard of" : reading.trouble;
        return fmt::format("last known to be true {:.1f} s ago{}{}", reading.age->count(),
                           reading.trouble.empty() ? "" : "; ", reading.trouble);
    }
    const double now = *reading.value;
    const auto beyond = [&](bool has, bool is, const char* name, double limit) {
        return has && is ? fmt::format(", {} {}", name, limit) : std::string();
    };
    auto limit =
        state == wire::SlowValue::ALARM
            ? beyond(value.has_alarm_below(), now < value.alarm_below(), "alarm_below", value.alarm_below()) +
                  beyond(value.has_alarm_above(), now > value.alarm_above(), "alarm_above",
                         value.alarm_above())
            : beyond(value.has_warn_below(), now < value.warn_below(), "warn_below", value.warn_below()) +
                  beyond(value.has_warn_above(), now > value.warn_above(), "warn_above", value.warn_above());
    if (limit.empty() && state != wire::SlowValue::OK) limit = ", by its source's own alarm";
    return fmt::format("{}{}{}{}", now, value.unit().empty() ? "" : " ", value.unit(), limit);
}

}  // namespace

void SlowControl::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            follow_wish();
            look_at_files();
            judge();
            sync_record();
        } catch (const std::exception& e) {
            journal_.error("slow control", fmt::format("slow control: {}", e.what()));
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, tick, [this] { return wished_directory_ != directory_; });
    }
    if (!directory_.empty()) close_record();
}

void SlowControl::follow_wish() {
    std::string wish;
    {
        const std::lock_guard lock(mutex_);
        wish = wished_directory_;
    }
    if (wish == directory_) return;
    if (!directory_.empty()) close_record();
    {
        const std::lock_guard lock(mutex_);
        directory_ = wish;
    }
    changed_.notify_all();
    next_record_ = {};  // the run begins with a row of each value
}

void SlowControl::look_at_files() {
    const auto now = Clock::now();
    if (now < next_look_) return;
    next_look_ = now + look_every;
    for (auto& watched : watched_) {
        const auto row = watched.file.newest();
        for (const auto index : watched.values)
            take_column(index, row);
    }
}

void SlowControl::take_column(std::size_t index, const proto::Result<CsvRow>& row) {
    if (!row) return table_.set_trouble(index, row.error().message);
    const auto& csv = config_.value(static_cast<int>(index)).csv();
    const auto column = std::ranges::find(row->columns, csv.column());
    const auto at = static_cast<std::size_t>(column - row->columns.begin());
    if (column == row->columns.end())
        return table_.set_trouble(index, fmt::format("{} has no column '{}'; it has: {}", csv.path(),
                                                     csv.column(), fmt::join(row->columns, ", ")));
    if (at >= row->fields.size())
        return table_.put_unknown(index, fmt::format("the newest line of {} is too short", csv.path()));
    const auto value = number_of(row->fields[at]);
    if (!value)
        return table_.put_unknown(index, fmt::format("{} has '{:.40}' in column '{}', not a number",
                                                     csv.path(), row->fields[at], csv.column()));
    // A file that claims to be of the future is of now.
    const auto age_ns = std::max<std::int64_t>(0, proto::utc_now_ns() - row->utc_ns);
    table_.put(index, *value, row->utc_ns, SourceAlarm::NONE,
               Clock::now() - std::chrono::nanoseconds(age_ns));
}

void SlowControl::judge() {
    const auto now = Clock::now();
    const bool all = now >= next_record_;
    if (all)
        next_record_ = now + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(config_.record_s()));
    std::string rows;
    for (std::size_t i = 0; i < courses_.size(); ++i) {
        const auto& value = config_.value(static_cast<int>(i));
        const auto reading = table_.reading(i);
        const auto state = state_of(value, reading);
        if (all || state != courses_[i].state)
            rows += slow_record_row(proto::utc_now_ns(), value, reading, state);
        courses_[i].state = state;
        tell(i, reading);
    }
    if (!directory_.empty() && !rows.empty()) write_record(rows);
}

// A change is told when it comes; changes within a second of the last are told as what they have come to.
void SlowControl::tell(std::size_t index, const SlowReading& reading) {
    auto& course = courses_[index];
    const auto& value = config_.value(static_cast<int>(index));
    const auto now = Clock::now();
    if (reading.trouble != course.told_trouble) {
        course.told_trouble = reading.trouble;
        if (!reading.trouble.empty())
            journal_.warn(
                fmt::format("slow source {}", value.name()),
                fmt::format("slow value {} ({}): {}", value.name(), source_text(value), reading.trouble));
    }
    if (!course.begun) {
        const std::chrono::duration<double> waited = now - started_;
        if (course.state == wire::SlowValue::STALE && waited.count() <= value.stale_s()) return;
        course.begun = true;
        course.told = wire::SlowValue::OK;  // which needs no word at the start
    }
    if (course.state == course.told || now - course.told_at < tell_every) return;
    course.told = course.state;
    course.told_at = now;
    const auto text = fmt::format("slow value {} is {}: {}", value.name(), name_of(course.state),
                                  why(value, reading, course.state));
    const auto kind = fmt::format("slow value {}", value.name());
    course.state == wire::SlowValue::ALARM ? journal_.error(kind, text) : journal_.warn(kind, text);
}

void SlowControl::open_record() {
    auto record = SlowRecord::create(files_, directory_);
    if (record)
        record_ = std::move(*record);
    else
        journal_.error("slow-control record",
                       fmt::format("slow values are not recorded: {}", record.error().message));
}

void SlowControl::write_record(const std::string& rows) {
    if (!record_) open_record();
    auto status = record_ ? record_->write(rows) : proto::Status();
    if (record_ && status) return;
    if (!status)
        journal_.error("slow-control record",
                       fmt::format("slow values are not recorded: {}", status.error().message));
    const std::lock_guard lock(mutex_);
    rows_lost_ += static_cast<std::uint64_t>(std::ranges::count(rows, '\n'));
}

void SlowControl::sync_record() {
    if (!record_) return;
    if (auto status = record_->sync_if_due(); !status) {
        journal_.error("slow-control record", status.error().message);
        const std::lock_guard lock(mutex_);
        ++syncs_failed_;
    }
}

// Its last rows are what was known at the end of the run.
void SlowControl::close_record() {
    std::string rows;
    for (std::size_t i = 0; i < courses_.size(); ++i) {
        const auto& value = config_.value(static_cast<int>(i));
        const auto reading = table_.reading(i);
        rows += slow_record_row(proto::utc_now_ns(), value, reading, state_of(value, reading));
    }
    write_record(rows);
    if (!record_) return;
    if (auto status = record_->close(); !status) {
        journal_.error("slow-control record", status.error().message);
        const std::lock_guard lock(mutex_);
        ++syncs_failed_;
    }
    record_.reset();
}

}  // namespace spillgate::daq
