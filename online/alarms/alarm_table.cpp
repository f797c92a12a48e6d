#include "online/alarms/alarm_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

bool has_wildcard(const config::AlarmRule& rule) {
    return rule.quantity().find('*') != std::string::npos;
}

// What a value is to a rule. Between INSIDE and OUTSIDE is the hysteresis, where nothing changes.
enum class Place { UNKNOWN, OUTSIDE, BETWEEN, INSIDE };

Place place_of(const config::AlarmRule& rule, const std::optional<double>& value) {
    if (!value || !std::isfinite(*value))
        return rule.unknown() == config::AlarmRule::ALARMS ? Place::OUTSIDE : Place::UNKNOWN;
    if ((rule.has_below() && *value < rule.below()) || (rule.has_above() && *value > rule.above()))
        return Place::OUTSIDE;
    if ((rule.has_below() && *value < rule.below() + rule.hysteresis()) ||
        (rule.has_above() && *value > rule.above() - rule.hysteresis()))
        return Place::BETWEEN;
    return Place::INSIDE;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == name;
    const auto front = pattern.substr(0, star);
    const auto back = pattern.substr(star + 1);
    return name.size() >= front.size() + back.size() && name.starts_with(front) && name.ends_with(back);
}

std::string limit_text(const config::AlarmRule& rule, std::string_view unit) {
    std::string text;
    const auto say = [&](std::string_view word, double limit) {
        if (!text.empty()) text += " or ";
        fmt::format_to(std::back_inserter(text), "{} {}", word, limit);
    };
    if (rule.has_below()) say("below", rule.below());
    if (rule.has_above()) say("above", rule.above());
    if (!text.empty() && !unit.empty()) text.append(" ").append(unit);
    if (rule.unknown() == config::AlarmRule::ALARMS) text += text.empty() ? "unknown" : " or unknown";
    return text;
}

AlarmTable::AlarmTable(const std::vector<config::AlarmRule>& rules, const std::vector<Alarm>& kept) {
    for (const auto& rule : rules)
        rules_[rule.name()] = rule;
    for (const auto& [name, rule] : rules_) {
        if (!has_wildcard(rule)) add(rule, name, rule.quantity());
    }
    for (const Alarm& alarm : kept) {
        const auto rule = rules_.find(alarm.id.substr(0, alarm.id.find('/')));
        const bool known = rule != rules_.end() && matches(rule->second.quantity(), alarm.series);
        if (!known) continue;
        if (!entries_.contains(alarm.id)) add(rule->second, alarm.id, alarm.series);
        if (const auto entry = entries_.find(alarm.id); entry != entries_.end()) entry->second.alarm = alarm;
    }
}

void AlarmTable::add(const config::AlarmRule& rule, const std::string& id, const std::string& series) {
    if (entries_.size() >= max_alarms) {
        ++refused_;
        return;
    }
    Entry& entry = entries_[id];
    entry.alarm.id = id;
    entry.alarm.series = series;
    entry.rule = &rule;
}

void AlarmTable::find_new(const Quantities& quantities) {
    refused_ = 0;
    for (const auto& [name, rule] : rules_) {
        if (!has_wildcard(rule)) continue;
        for (const Quantity& quantity : quantities) {
            if (!matches(rule.quantity(), quantity.name)) continue;
            const std::string id = fmt::format("{}/{}", name, quantity.name);
            if (!entries_.contains(id)) add(rule, id, quantity.name);
        }
    }
}

std::vector<Transition> AlarmTable::step(double utc_s, const Quantities& quantities, bool in_run) {
    find_new(quantities);
    std::unordered_map<std::string_view, const Quantity*> by_name;
    for (const Quantity& quantity : quantities)
        by_name.emplace(quantity.name, &quantity);
    std::vector<Transition> transitions;
    for (auto& [id, entry] : entries_) {
        const auto found = by_name.find(entry.alarm.series);
        entry.value.reset();
        if (found != by_name.end()) {
            entry.value = found->second->value;
            entry.unit = found->second->unit;
        }
        judge(entry, utc_s, in_run, transitions);
    }
    return transitions;
}

void AlarmTable::judge(Entry& entry, double utc_s, bool in_run, std::vector<Transition>& transitions) {
    const auto tell = [&](AlarmEvent event) {
        if (auto moved = move(entry, event, utc_s)) transitions.push_back(std::move(*moved));
    };
    const config::AlarmRule& rule = *entry.rule;
    if (entry.alarm.state == AlarmState::SHELVED) {
        if (utc_s < entry.alarm.shelved_until_utc_s) return;
        entry.outside_since_s = entry.inside_since_s = -1;
        tell(AlarmEvent::UNSHELVE);
    }
    const bool watched = in_run || !rule.in_runs_only();
    const Place place = watched ? place_of(rule, entry.value) : Place::INSIDE;
    const auto run_on = [&](double& since, bool runs) {
        if (!runs)
            since = -1;
        else if (since < 0 || since > utc_s)  // the clock was set back
            since = utc_s;
    };
    run_on(entry.outside_since_s, place == Place::OUTSIDE);
    run_on(entry.inside_since_s, place == Place::INSIDE);
    if (place == Place::OUTSIDE) {
        tell(AlarmEvent::OUTSIDE);
        if (utc_s - entry.outside_since_s >= rule.for_s()) tell(AlarmEvent::HELD);
    } else if (place != Place::UNKNOWN) {
        tell(AlarmEvent::INSIDE);
    }
    if (place == Place::INSIDE && utc_s - entry.inside_since_s >= rule.back_for_s())
        tell(AlarmEvent::CLEARED);
}

std::optional<Transition> AlarmTable::move(Entry& entry, AlarmEvent event, double utc_s) {
    const auto to = next_state(entry.alarm.state, event);
    if (!to) return std::nullopt;
    Transition moved;
    moved.id = entry.alarm.id;
    moved.series = entry.alarm.series;
    moved.from = entry.alarm.state;
    moved.to = *to;
    moved.utc_s = utc_s;
    moved.value = entry.value;
    moved.unit = entry.unit;
    moved.limit = limit_text(*entry.rule, entry.unit);
    moved.severity = entry.rule->severity();
    entry.alarm.state = *to;
    entry.alarm.since_utc_s = utc_s;
    entry.alarm.person.clear();
    entry.alarm.comment.clear();
    return moved;
}

proto::Result<AlarmTable::Entry*> AlarmTable::entry_of(std::string_view id) {
    const auto found = entries_.find(id);
    if (found == entries_.end())
        return error(ErrorKind::NOT_FOUND, fmt::format("there is no alarm '{}'", id));
    return &found->second;
}

proto::Result<Transition> AlarmTable::acknowledge(std::string_view id, std::string_view person,
                                                  std::string_view comment, double utc_s) {
    const auto entry = entry_of(id);
    if (!entry) return entry.error();
    auto moved = move(**entry, AlarmEvent::ACKNOWLEDGE, utc_s);
    if (!moved)
        return error(ErrorKind::REFUSED, fmt::format("alarm '{}' is {}: there is nothing to acknowledge", id,
                                                     name_of((*entry)->alarm.state)));
    (*entry)->alarm.person = moved->person = person;
    (*entry)->alarm.comment = moved->comment = comment;
    return std::move(*moved);
}

proto::Result<Transition> AlarmTable::shelve(std::string_view id, std::string_view person,
                                             std::string_view reason, double until_utc_s, double utc_s) {
    const auto entry = entry_of(id);
    if (!entry) return entry.error();
    if (!(until_utc_s > utc_s && std::isfinite(until_utc_s)))
        return error(
            ErrorKind::CONFIG,
            fmt::format("until_utc_s = {} is over; an alarm is shelved until a later time", until_utc_s));
    if (reason.empty())
        return error(ErrorKind::CONFIG, "an alarm is shelved for a reason: \"reason\" is empty");
    auto moved = move(**entry, AlarmEvent::SHELVE, utc_s);
    if (!moved) return error(ErrorKind::REFUSED, fmt::format("alarm '{}' cannot be shelved", id));
    (*entry)->alarm.shelved_until_utc_s = until_utc_s;
    (*entry)->alarm.person = moved->person = person;
    (*entry)->alarm.comment = moved->comment = reason;
    return std::move(*moved);
}

proto::Result<Transition> AlarmTable::unshelve(std::string_view id, std::string_view person, double utc_s) {
    const auto entry = entry_of(id);
    if (!entry) return entry.error();
    auto moved = move(**entry, AlarmEvent::UNSHELVE, utc_s);
    if (!moved)
        return error(ErrorKind::REFUSED,
                     fmt::format("alarm '{}' is {}, not shelved", id, name_of((*entry)->alarm.state)));
    (*entry)->outside_since_s = (*entry)->inside_since_s = -1;
    moved->person = person;
    return std::move(*moved);
}

std::vector<AlarmTable::View> AlarmTable::views() const {
    std::vector<View> out;
    out.reserve(entries_.size());
    for (const auto& [id, entry] : entries_)
        out.push_back(
            {&entry.alarm, entry.rule, entry.value, entry.unit, limit_text(*entry.rule, entry.unit)});
    return out;
}

}  // namespace spillgate::online
