#include "proto/slow_control_rules.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <fmt/format.h>

#include "proto/loopback.hpp"

namespace spillgate::proto {

namespace {

using Found = std::vector<Contradiction>;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_unit = 16;

void name_and_unit(const config::SlowValue& value, std::set<std::string>& names, Found& found) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == ':' || c == '-';
    };
    if (value.name().empty() || value.name().size() > longest_name ||
        !std::ranges::all_of(value.name(), allowed))
        found.push_back(
            {&value, "name", -1,
             fmt::format("slow value '{}': a name has 1 to {} of a–z, A–Z, 0–9, '.', '_', ':', '-'",
                         value.name(), longest_name)});
    else if (!names.insert(value.name()).second)
        found.push_back({&value, "name", -1,
                         fmt::format("a second slow value named '{}'; names must differ", value.name())});
    const auto breaks_csv = [](char c) {
        return c == ',' || c == '"' || (static_cast<unsigned char>(c) < ' ');
    };
    if (value.unit().size() > longest_unit || std::ranges::any_of(value.unit(), breaks_csv))
        found.push_back(
            {&value, "unit", -1,
             fmt::format("unit '{}' of slow value '{}': at most {} bytes, without comma, quote or line break",
                         value.unit(), value.name(), longest_unit)});
}

// An alarm lies at or beyond its warning, and something between the limits is in order.
void limits(const config::SlowValue& value, Found& found) {
    struct Limit {
        bool set;
        double at;
        const char* field;
    };
    const std::array<Limit, 4> limits{{{value.has_alarm_below(), value.alarm_below(), "alarm_below"},
                                       {value.has_warn_below(), value.warn_below(), "warn_below"},
                                       {value.has_warn_above(), value.warn_above(), "warn_above"},
                                       {value.has_alarm_above(), value.alarm_above(), "alarm_above"}}};
    const Limit* last = nullptr;
    bool last_is_lower = false;
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const auto& limit = limits[i];
        if (!limit.set) continue;
        const bool is_lower = i < 2;
        const bool same_side = last && last_is_lower == is_lower;
        if (last && (same_side ? last->at > limit.at : last->at >= limit.at))
            found.push_back({&value, limit.field, -1,
                             fmt::format("slow value '{}': {} = {} and {} = {}; allowed: alarm_below <= "
                                         "warn_below < warn_above <= alarm_above",
                                         value.name(), last->field, last->at, limit.field, limit.at)});
        last = &limit;
        last_is_lower = is_lower;
    }
}

}  // namespace

void slow_control_contradictions(const config::Config& config, Found& found) {
    const auto& slow = config.slow_control();
    std::set<std::string> names;
    for (const auto& value : slow.value()) {
        name_and_unit(value, names, found);
        limits(value, found);
        if (value.source_case() == config::SlowValue::SOURCE_NOT_SET)
            found.push_back(
                {&value, "name", -1,
                 fmt::format("slow value '{}' has no source; allowed: epics, csv, pushed", value.name())});
    }
    const std::string& address = slow.http_address();
    const bool is_v4 = address.starts_with("127.") && address.find(':') == std::string::npos;
    if (address != "::1" && !(is_v4 && is_loopback_host(address)))
        found.push_back({&slow, "http_address", -1,
                         fmt::format("slow_control.http_address is '{}'; values are pushed from this host "
                                     "alone, so allowed are loopback addresses (127.0.0.1, ::1)",
                                     address)});
}

}  // namespace spillgate::proto
