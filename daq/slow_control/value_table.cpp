#include "daq/slow_control/value_table.hpp"

#include <algorithm>

namespace spillgate::daq {

ValueTable::ValueTable(const config::SlowControl& config) {
    entries_.reserve(static_cast<std::size_t>(config.value_size()));
    for (const auto& value : config.value())
        entries_.emplace_back().name = value.name();
}

std::optional<std::size_t> ValueTable::index_of(std::string_view name) const {
    const auto entry = std::ranges::find(entries_, name, &Entry::name);  // names do not change
    if (entry == entries_.end()) return std::nullopt;
    return static_cast<std::size_t>(entry - entries_.begin());
}

void ValueTable::put(std::size_t index, double value, std::int64_t value_utc_ns, SourceAlarm alarm,
                     Clock::time_point at) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[index];
    entry.reading.value = value;
    entry.reading.value_utc_ns = value_utc_ns;
    entry.reading.alarm = alarm;
    entry.reading.trouble.clear();
    entry.true_at = at;
}

void ValueTable::put_unknown(std::size_t index, const std::string& why) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[index];
    entry.reading = {};
    entry.reading.trouble = why;
    entry.true_at.reset();
}

void ValueTable::hold(std::size_t index, bool held, const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[index];
    if (entry.held && !held && entry.true_at) entry.true_at = Clock::now();  // it was true until now
    entry.held = held;
    entry.reading.trouble = trouble;
}

void ValueTable::set_trouble(std::size_t index, const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    entries_[index].reading.trouble = trouble;
}

SlowReading ValueTable::reading(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    const auto& entry = entries_[index];
    auto reading = entry.reading;
    if (!entry.true_at) return reading;
    const auto now = Clock::now();
    reading.age =
        entry.held || now < *entry.true_at ? std::chrono::duration<double>(0) : now - *entry.true_at;
    return reading;
}

}  // namespace spillgate::daq
