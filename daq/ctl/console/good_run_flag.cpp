#include "daq/ctl/console/good_run_flag.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/utc_range.hpp"
#include "proto/number_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

struct Span {
    std::optional<std::uint64_t> first, last;  // absent: its end is open
};

// "7", "3-7", and, where ends may be open, "3-" and "-7".
std::optional<Span> span_in(std::string_view text, bool may_be_open) {
    const auto dash = text.find('-');
    const auto number = [&](std::string_view part) { return proto::number_in<std::uint64_t>(part); };
    if (dash == std::string_view::npos) {
        const auto only = number(text);
        return only ? std::optional(Span{only, only}) : std::nullopt;
    }
    const auto before = text.substr(0, dash);
    const auto behind = text.substr(dash + 1);
    const Span span{number(before), number(behind)};
    if (!span.first && (!may_be_open || !before.empty())) return std::nullopt;
    if (!span.last && (!may_be_open || !behind.empty())) return std::nullopt;
    if (!span.first && !span.last) return std::nullopt;
    if (span.first && span.last && *span.first > *span.last) return std::nullopt;
    return span;
}

bool is_run(std::uint64_t number) {
    return number > 0 && number <= std::numeric_limits<std::uint32_t>::max();
}

// "FROM/TO"; either may be left out where runs are named.
bool add_times(std::string_view text, bool may_be_open, json::object& flag) {
    const auto stroke = text.find('/');
    if (stroke == std::string_view::npos || text.size() == 1) return false;
    for (const auto& [name, part] : {std::pair("begin_utc_s", text.substr(0, stroke)),
                                     std::pair("end_utc_s", text.substr(stroke + 1))}) {
        if (part.empty() && may_be_open) continue;
        const auto utc_s = utc_in(std::string(part));
        if (!utc_s) return false;
        flag[name] = *utc_s;
    }
    return true;
}

std::optional<json::object> in_time(bool good, std::string_view runs, std::string_view times) {
    json::object flag{{"good", good}};
    if (!runs.empty()) {
        const auto span = span_in(runs, false);
        if (!span || !is_run(*span->first) || !is_run(*span->last)) return std::nullopt;
        flag["first_run"] = *span->first;
        flag["last_run"] = *span->last;
    }
    if (!add_times(times, !runs.empty(), flag)) return std::nullopt;
    return flag;
}

std::optional<json::object> read(std::string_view text) {
    const auto equals = text.find('=');
    const auto mark = text.substr(0, equals);
    if (equals == std::string_view::npos || (mark != "good" && mark != "bad")) return std::nullopt;
    const auto rest = text.substr(equals + 1);
    if (const auto at = rest.find('@'); at != std::string_view::npos)
        return in_time(mark == "good", rest.substr(0, at), rest.substr(at + 1));
    const auto colon = rest.find(':');
    const auto runs = span_in(rest.substr(0, colon), false);
    if (!runs || !is_run(*runs->first) || !is_run(*runs->last)) return std::nullopt;
    json::object flag{{"good", mark == "good"}, {"first_run", *runs->first}, {"last_run", *runs->last}};
    if (colon == std::string_view::npos) return flag;
    const auto slots = span_in(rest.substr(colon + 1), true);
    if (!slots || *runs->first != *runs->last) return std::nullopt;
    if (slots->first) flag["first_slot"] = *slots->first;
    if (slots->last) flag["last_slot"] = *slots->last;
    return flag;
}

}  // namespace

proto::Result<json::object> good_run_flag(const std::string& text) {
    auto flag = read(text);
    if (flag) return std::move(*flag);
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format(
            "'{}' is no flag; allowed are good=RUN, good=FIRST-LAST, bad=RUN, bad=FIRST-LAST, and slots "
            "of one run as bad=RUN:FIRST-LAST, bad=RUN:FIRST-, bad=RUN:-LAST, and times in UTC as "
            "bad=RUN@FROM/TO, bad=@FROM/TO",
            text));
}

}  // namespace spillgate::daq
