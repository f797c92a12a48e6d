#include "online/alarms/alarms_json.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

namespace json = boost::json;

json::value number_or_null(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json::value(*value) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string_view name_of(config::AlarmRule::Severity severity) {
    return severity == config::AlarmRule::WARN ? "warn" : "alarm";
}

}  // namespace

json::array alarms_json(const std::vector<AlarmTable::View>& views) {
    json::array out;
    for (const auto& view : views) {
        const Alarm& alarm = *view.alarm;
        const bool shelved = alarm.state == AlarmState::SHELVED;
        out.push_back(json::object{
            {"id", alarm.id},
            {"series", alarm.series},
            {"state", name_of(alarm.state)},
            {"severity", name_of(view.rule->severity())},
            {"since_utc_s", alarm.since_utc_s > 0 ? json::value(alarm.since_utc_s) : json::value(nullptr)},
            {"value", number_or_null(view.value)},
            {"unit", view.unit},
            {"limit", view.limit},
            {"sound", view.rule->sound()},
            {"help", view.rule->help()},
            {"person", text_or_null(alarm.person)},
            {"comment", text_or_null(alarm.comment)},
            {"shelved_until_utc_s",
             shelved ? json::value(alarm.shelved_until_utc_s) : json::value(nullptr)}});
    }
    return out;
}

json::object transition_json(const Transition& moved) {
    return {{"id", moved.id},
            {"series", moved.series},
            {"was", name_of(moved.from)},
            {"state", name_of(moved.to)},
            {"severity", name_of(moved.severity)},
            {"utc_s", moved.utc_s},
            {"value", number_or_null(moved.value)},
            {"unit", moved.unit},
            {"limit", moved.limit},
            {"person", text_or_null(moved.person)},
            {"comment", text_or_null(moved.comment)}};
}

json::array alarm_events_json(const std::vector<AlarmEventRow>& events) {
    json::array out;
    for (const AlarmEventRow& event : events) {
        auto one = transition_json(event.transition);
        one["number"] = event.number;
        out.push_back(std::move(one));
    }
    return out;
}

std::string line_of(const Transition& moved) {
    const auto by_whom = [&] {
        std::string text;
        if (!moved.person.empty()) text += fmt::format(" by {}", moved.person);
        if (!moved.comment.empty()) text += fmt::format(": {}", moved.comment);
        return text;
    };
    switch (moved.to) {
        case AlarmState::UNACKNOWLEDGED:
            if (!moved.value) return fmt::format("Alarm {}: {} is not known", moved.id, moved.series);
            return fmt::format("Alarm {}: {:.6g}{}{}, limit {}", moved.id, *moved.value,
                               moved.unit.empty() ? "" : " ", moved.unit, moved.limit);
        case AlarmState::ACKNOWLEDGED:
            return fmt::format("Alarm {} acknowledged{}", moved.id, by_whom());
        case AlarmState::RETURNED:
            return fmt::format("Alarm {} has returned", moved.id);
        case AlarmState::SHELVED:
            return fmt::format("Alarm {} shelved{}", moved.id, by_whom());
        case AlarmState::NORMAL:
            if (moved.from == AlarmState::RETURNED)
                return fmt::format("Alarm {} acknowledged{}", moved.id, by_whom());
            if (moved.from == AlarmState::ACKNOWLEDGED) return fmt::format("Alarm {} has returned", moved.id);
            if (moved.from == AlarmState::SHELVED)
                return fmt::format("Alarm {} is no longer shelved{}", moved.id, by_whom());
            return {};
        case AlarmState::PENDING:
            return {};
    }
    return {};
}

}  // namespace spillgate::online
