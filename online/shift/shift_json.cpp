#include "online/shift/shift_json.hpp"

#include <utility>

namespace spillgate::online {

namespace {

namespace json = boost::json;

double seconds(std::int64_t utc_ns) {
    return static_cast<double>(utc_ns) * 1e-9;
}

// What is 0 because it has not happened.
json::value unless_zero(std::int64_t utc_ns) {
    return utc_ns == 0 ? json::value(nullptr) : json::value(seconds(utc_ns));
}

json::value unless_empty(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value seconds_or_null(const std::optional<std::int64_t>& utc_ns) {
    return utc_ns ? json::value(seconds(*utc_ns)) : json::value(nullptr);
}

json::array people_json(const Shift& shift) {
    json::array out;
    for (const OnShift& one : shift.people)
        out.push_back(json::object{{"person", one.person},
                                   {"from_utc_s", seconds(one.from_utc_ns)},
                                   {"to_utc_s", unless_zero(one.to_utc_ns)}});
    return out;
}

json::array lines_json(const Shift& shift) {
    json::array out;
    for (const CheckLine& line : shift.lines)
        out.push_back(json::object{{"text", line.text},
                                   {"done", line.done},
                                   {"person", unless_empty(line.person)},
                                   {"utc_s", unless_zero(line.utc_ns)},
                                   {"remark", line.remark}});
    return out;
}

json::object one_json(const OnCall& one) {
    return {{"number", one.number},
            {"name", one.name},
            {"contact", one.contact},
            {"from_utc_s", seconds(one.from_utc_ns)},
            {"to_utc_s", seconds(one.to_utc_ns)},
            {"set_by", one.set_by}};
}

}  // namespace

json::object handover_json(const Shift& shift) {
    const Handover& note = shift.handover.value();
    return {{"shift", shift.number},
            {"utc_s", seconds(note.utc_ns)},
            {"person", note.person},
            {"text", note.text},
            {"acknowledged_utc_s", unless_zero(note.acknowledged_utc_ns)},
            {"acknowledged_by", unless_empty(note.acknowledged_by)}};
}

json::object shift_json(const Shift& shift) {
    json::object out{{"number", shift.number},
                     {"begin_utc_s", seconds(shift.begin_utc_ns)},
                     {"begun_by", shift.begun_by},
                     {"end_utc_s", unless_zero(shift.end_utc_ns)},
                     {"complete_utc_s", unless_zero(shift.complete_utc_ns)}};
    out["people"] = people_json(shift);
    out["lines"] = lines_json(shift);
    out["handover"] = shift.handover ? json::value(handover_json(shift)) : json::value(nullptr);
    return out;
}

json::object on_call_json(std::span<const OnCall> by_begin, std::int64_t utc_ns) {
    json::array now;
    json::array later;
    for (const OnCall& one : by_begin)
        (one.holds(utc_ns) ? now : later).push_back(one_json(one));
    const OnCallGap gap = next_gap(by_begin, utc_ns);
    json::object out;
    out["now"] = std::move(now);
    out["later"] = std::move(later);
    out["gap"] =
        json::object{{"from_utc_s", seconds(gap.from_utc_ns)}, {"to_utc_s", seconds_or_null(gap.to_utc_ns)}};
    return out;
}

json::object calibration_json(const CalibrationAge& age, double allowed_days) {
    json::array channels;
    for (const ChannelCalibration& channel : age.channels)
        channels.push_back(json::object{
            {"channel", channel.channel},
            {"measured_utc_s", seconds_or_null(channel.measured_utc_ns)},
            {"holds_to_utc_s",
             channel.measured_utc_ns ? json::value(seconds(channel.holds_to_utc_ns)) : json::value(nullptr)},
            {"holds", channel.holds}});
    json::object out{{"state", name_of(age.state)},
                     {"reason", age.reason},
                     {"measured_utc_s", seconds_or_null(age.measured_utc_ns)},
                     {"age_days", age.age_days ? json::value(*age.age_days) : json::value(nullptr)},
                     {"allowed_days", allowed_days}};
    out["channels"] = std::move(channels);
    return out;
}

}  // namespace spillgate::online
