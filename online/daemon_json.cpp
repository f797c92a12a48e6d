#include "online/daemon_json.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>

#include "proto/names.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

json::array buffers_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& buffer : status.buffers()) {
        out.push_back(json::object{{"name", buffer.name()},
                                   {"used", buffer.used()},
                                   {"capacity", buffer.capacity()},
                                   {"high_water", buffer.high_water()},
                                   {"dropped", buffer.dropped()},
                                   {"unit", buffer.unit()}});
    }
    return out;
}

json::array subscribers_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& subscriber : status.subscribers()) {
        out.push_back(json::object{{"name", subscriber.subscriber()},
                                   {"lost", subscriber.lost()},
                                   {"healed", subscriber.healed()},
                                   {"received", subscriber.received()}});
    }
    return out;
}

json::array devices_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& device : status.devices()) {
        out.push_back(json::object{{"board", device.board()},
                                   {"name", device.name()},
                                   {"kind", device.kind()},
                                   {"lost", device.lost()},
                                   {"trouble", device.trouble()},
                                   {"lost_for_s", device.lost() ? json::value(device.lost_for_s()) : nullptr},
                                   {"losses", device.losses()}});
    }
    return out;
}

json::array clock_ties_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& tie : status.clock_ties()) {
        const bool measured = tie.locks() > 0;
        const auto known = [&](double value) { return measured ? json::value(value) : nullptr; };
        out.push_back(json::object{{"domain", tie.domain()},
                                   {"locked", tie.locked()},
                                   {"frequency_error_ppm", known(tie.frequency_error_ppm())},
                                   {"residual_rms_ns", known(tie.residual_rms_ns())},
                                   {"pairs", tie.pairs()},
                                   {"locks", tie.locks()}});
    }
    return out;
}

// Beyond which the value is a warning or an alarm; null: it has none.
json::value slow_limits_json(const std::string& name, const config::SlowControl& slow_control) {
    const auto& values = slow_control.value();
    const auto found = std::ranges::find(values, name, &config::SlowValue::name);
    if (found == values.end()) return nullptr;
    const auto known = [](bool is_there, double value) {
        return is_there ? json::value(value) : json::value(nullptr);
    };
    return json::object{{"warn_below", known(found->has_warn_below(), found->warn_below())},
                        {"warn_above", known(found->has_warn_above(), found->warn_above())},
                        {"alarm_below", known(found->has_alarm_below(), found->alarm_below())},
                        {"alarm_above", known(found->has_alarm_above(), found->alarm_above())}};
}

json::array slow_values_json(const wire::DaemonStatus& status, const config::SlowControl& slow_control) {
    json::array out;
    for (const auto& slow : status.slow_values()) {
        const bool known = slow.has_value() && std::isfinite(slow.value());
        out.push_back(json::object{{"name", slow.name()},
                                   {"unit", slow.unit()},
                                   {"state", wire::name_of(slow.state())},
                                   {"value", known ? json::value(slow.value()) : nullptr},
                                   {"limits", slow_limits_json(slow.name(), slow_control)},
                                   {"age_s", slow.has_age_s() ? json::value(slow.age_s()) : nullptr},
                                   {"source", slow.source()},
                                   {"trouble", slow.trouble()}});
    }
    return out;
}

json::array followers_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& follower : status.followers()) {
        out.push_back(json::object{
            {"name", follower.daemon()},
            {"reachable", follower.reachable()},
            {"state", follower.reachable() ? json::value(wire::name_of(follower.state())) : nullptr},
            {"fault", follower.fault()}});
    }
    return out;
}

std::string_view name_of(wire::LogLine::Level level) {
    switch (level) {
        case wire::LogLine::ERROR:
            return "error";
        case wire::LogLine::WARN:
            return "warn";
        default:
            return "info";
    }
}

json::array log_json(const wire::DaemonStatus& status) {
    json::array out;
    for (const auto& line : status.log()) {
        out.push_back(json::object{{"number", line.number()},
                                   {"utc_s", static_cast<double>(line.utc_ns()) * 1e-9},
                                   {"level", name_of(line.level())},
                                   {"kind", line.kind()},
                                   {"text", line.text()},
                                   {"untold", line.untold()}});
    }
    return out;
}

// What is 0 because nobody knows it.
template <class Number>
json::value unless_zero(Number value) {
    return value > 0 ? json::value(value) : json::value(nullptr);
}

}  // namespace

json::value limits_json(const wire::RunLimits& limits) {
    if (limits.seconds() == 0 && limits.spills() == 0 && limits.protons() == 0 && limits.bytes() == 0)
        return nullptr;
    return json::object{{"seconds", unless_zero(limits.seconds())},
                        {"spills", unless_zero(limits.spills())},
                        {"protons", unless_zero(limits.protons())},
                        {"bytes", unless_zero(limits.bytes())}};
}

json::object daemon_json(const wire::DaemonStatus& status, const config::SlowControl& slow_control) {
    json::array messages;
    for (const auto& message : status.messages())
        messages.emplace_back(message);
    const bool in_run = status.elapsed_s() > 0;
    json::object out{
        {"state", wire::name_of(status.state())},
        {"fault", status.fault()},
        {"refusal", status.refusal()},
        {"last_request", status.last_request()},
        {"run", status.run().number()},
        {"next_run", unless_zero(status.next_run())},
        {"slots", status.slots()},
        {"elapsed_s", in_run ? json::value(status.elapsed_s()) : nullptr},
        {"acknowledged_sequence", status.acknowledged_sequence()},
        {"mark_rate_hz", status.mark_rate_hz()},
        {"period_ns", unless_zero(status.period_ns())},
        {"period_rms_ns", status.period_ns() > 0 ? json::value(status.period_rms_ns()) : nullptr},
        {"data_rate_bytes_per_s", status.data_rate_bytes_per_s()},
        {"bytes_written", status.bytes_written()},
        {"disk_free_bytes", status.disk_free_bytes()},
        {"disk_total_bytes", unless_zero(status.disk_total_bytes())},
        {"software_version", status.software_version()},
        {"config_file", status.config_file()},
        {"config_sha256", status.config_sha256()},
        {"limits", limits_json(status.limits())},
        {"restart", status.restart()}};
    out["buffers"] = buffers_json(status);
    out["subscribers"] = subscribers_json(status);
    out["devices"] = devices_json(status);
    out["clock_ties"] = clock_ties_json(status);
    out["slow_values"] = slow_values_json(status, slow_control);
    out["followers"] = followers_json(status);
    out["messages"] = std::move(messages);
    out["log"] = log_json(status);
    return out;
}

}  // namespace spillgate::online
