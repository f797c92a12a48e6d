#include "daq/ctl/console/utc_range.hpp"

#include <chrono>
#include <ctime>
#include <string_view>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "proto/number_text.hpp"

namespace spillgate::daq {

using proto::error;
using proto::ErrorKind;

double utc_now_s() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

proto::Result<double> utc_in(const std::string& text) {
    if (const auto seconds = proto::number_in<double>(text); seconds && *seconds > 0) return *seconds;
    for (const char* form :
         {"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"}) {
        std::tm calendar{};
        const char* const end = ::strptime(text.c_str(), form, &calendar);
        if (end != nullptr && (*end == '\0' || std::string_view(end) == "Z"))
            return static_cast<double>(::timegm(&calendar));
    }
    return error(ErrorKind::CONFIG,
                 fmt::format("'{}' is no time; allowed are 2026-11-29T02:00 (UTC) and UTC in seconds", text));
}

proto::Result<UtcRange> range_of(const AskedRange& asked) {
    UtcRange range;
    range.to_s = utc_now_s();
    if (!asked.to.empty()) {
        const auto until = utc_in(asked.to);
        if (!until) return until.error();
        range.to_s = *until;
    }
    range.from_s = range.to_s - asked.last_s;
    if (!asked.from.empty()) {
        const auto since = utc_in(asked.from);
        if (!since) return since.error();
        range.from_s = *since;
    }
    if (!(range.from_s < range.to_s))
        return error(ErrorKind::CONFIG, fmt::format("from {} to {} UTC is no range", utc_text(range.from_s),
                                                    utc_text(range.to_s)));
    return range;
}

}  // namespace spillgate::daq
