#include "daq/slow_control/slow_state.hpp"

#include <fmt/format.h>

namespace spillgate::daq {

SlowState state_of(const config::SlowValue& value, const SlowReading& reading) {
    if (!reading.value || !reading.age || reading.age->count() > value.stale_s())
        return wire::SlowValue::STALE;
    const double now = *reading.value;
    if (reading.alarm == SourceAlarm::MAJOR || (value.has_alarm_below() && now < value.alarm_below()) ||
        (value.has_alarm_above() && now > value.alarm_above()))
        return wire::SlowValue::ALARM;
    if (reading.alarm == SourceAlarm::MINOR || (value.has_warn_below() && now < value.warn_below()) ||
        (value.has_warn_above() && now > value.warn_above()))
        return wire::SlowValue::WARN;
    return wire::SlowValue::OK;
}

std::string source_text(const config::SlowValue& value) {
    switch (value.source_case()) {
        case config::SlowValue::kEpics:
            return fmt::format("epics {}", value.epics().pv());
        case config::SlowValue::kCsv:
            return fmt::format("csv {} {}", value.csv().path(), value.csv().column());
        default:
            return "http";
    }
}

}  // namespace spillgate::daq
