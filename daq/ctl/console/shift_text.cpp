#include "daq/ctl/console/shift_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

void add_people(std::string& out, const json::object& shift) {
    for (const auto* one : objects_in(shift, "people")) {
        const auto until = number_in(*one, "to_utc_s");
        add_fact(out, "on shift",
                 fmt::format("{} from {}{}", word_in(*one, "person"), time_in(*one, "from_utc_s"),
                             until ? fmt::format(" to {}", utc_text(*until)) : ""));
    }
}

void add_lines(std::string& out, const json::object& shift) {
    const auto lines = objects_in(shift, "lines");
    if (lines.empty()) return add_fact(out, "checklist", "none");
    const auto done = std::ranges::count_if(lines, [](const auto* line) { return flag_in(*line, "done"); });
    add_fact(out, "checklist", fmt::format("{} of {} done", done, lines.size()));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& line = *lines[i];
        out +=
            fmt::format("{:>3} [{}] {}\n", i + 1, flag_in(line, "done") ? 'x' : ' ', word_in(line, "text"));
        const auto remark = text_in(line, "remark");
        if (number_in(line, "utc_s"))
            out += fmt::format("        {}, {} UTC{}{}\n", word_in(line, "person"), time_in(line, "utc_s"),
                               remark.empty() ? "" : ": ", remark);
    }
}

std::string call_text(const json::object& call) {
    return fmt::format("#{}  {}, {}; {} to {} UTC", word_in(call, "number"), word_in(call, "name"),
                       word_in(call, "contact"), time_in(call, "from_utc_s"), time_in(call, "to_utc_s"));
}

}  // namespace

std::string shift_text(const json::object& shift) {
    std::string out;
    add_fact(out, "shift",
             fmt::format("{}, begun by {}", word_in(shift, "number"), word_in(shift, "begun_by")));
    add_fact(out, "began (UTC)", time_in(shift, "begin_utc_s"));
    add_fact(out, "ended (UTC)", time_in(shift, "end_utc_s"));
    add_people(out, shift);
    add_lines(out, shift);
    if (const auto* const handover = object_in(shift, "handover"); handover != nullptr)
        out += handover_text(*handover);
    return out;
}

std::string handover_text(const json::object& handover) {
    const bool read = number_in(handover, "acknowledged_utc_s").has_value();
    std::string out = fmt::format(
        "handover of shift {} by {}, {} UTC, {}\n", word_in(handover, "shift"), word_in(handover, "person"),
        time_in(handover, "utc_s"),
        read ? fmt::format("read by {}", word_in(handover, "acknowledged_by")) : "not acknowledged yet");
    for (const auto& line : lines_in(handover, "text"))
        out += fmt::format("    {}\n", line);
    return out;
}

std::string on_call_text(const json::object& on_call) {
    std::string out;
    for (const auto* call : objects_in(on_call, "now"))
        add_fact(out, "on call now", call_text(*call));
    for (const auto* call : objects_in(on_call, "later"))
        add_fact(out, "on call later", call_text(*call));
    if (const auto* const gap = object_in(on_call, "gap"); gap != nullptr) {
        const auto until = number_in(*gap, "to_utc_s");
        add_fact(out, "nobody",
                 fmt::format("from {}{}", time_in(*gap, "from_utc_s"),
                             until ? fmt::format(" to {} UTC", utc_text(*until)) : " UTC on"));
    }
    return out;
}

}  // namespace spillgate::daq
