#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/shift_text.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

ApiPath shift_path() {
    return ApiPath("/api/shift");
}

std::string page_text(const json::object& page) {
    std::string out;
    const auto* const shift = object_in(page, "shift");
    out += shift == nullptr ? "no shift goes on\n" : shift_text(*shift);
    for (const auto* handover : objects_in(page, "handovers"))
        out += handover_text(*handover);
    if (const auto* const calls = object_in(page, "on_call"); calls != nullptr) out += on_call_text(*calls);
    for (const auto& line : lines_in(page, "instructions"))
        add_fact(out, "instructions", line);
    const auto* const calibrations = object_in(page, "calibrations");
    for (const char* kind : {"spe", "energy"})
        if (const auto* const one = calibrations == nullptr ? nullptr : object_in(*calibrations, kind))
            add_fact(out, "calibration", fmt::format("{}: {}", kind, word_in(*one, "state")));
    return out;
}

// The one that goes on, as the console told it. Errors: NOT_FOUND; those of ConsoleClient.
proto::Result<json::object> shift_now(const ConsoleClient& console) {
    const auto page = console.get(shift_path());
    if (!page) return page.error();
    const auto* const shift = object_in(*page, "shift");
    if (shift == nullptr || !number_in(*shift, "number"))
        return error(ErrorKind::NOT_FOUND, "no shift goes on; `shift begin` begins one");
    return *shift;
}

ConsoleVerb act(std::string_view what, json::object body, std::string told) {
    return [what = std::string(what), body = std::move(body), told = std::move(told)](
               const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto done = console.post(shift_path().segment(what), body);
        if (!done) return done.error();
        return ConsoleAnswer{as_json ? json_line(*done) : told};
    };
}

}  // namespace

ConsoleVerb show_shift() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto page = console.get(shift_path());
        if (!page) return page.error();
        return ConsoleAnswer{as_json ? json_line(*page) : page_text(*page)};
    };
}

ConsoleVerb list_shifts(std::uint64_t before, std::uint64_t limit) {
    return [before, limit](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto page = console.get(shift_path().segment("list").ask("before", before).ask("limit", limit));
        if (!page) return page.error();
        if (as_json) return ConsoleAnswer{json_line(*page)};
        const auto shifts = objects_in(*page, "shifts");
        if (shifts.empty()) return ConsoleAnswer{"no shifts\n"};
        TextTable table({"shift", "began (UTC)", "ended (UTC)", "begun by", "checklist", "handover"});
        for (const auto* shift : shifts) {
            const auto* const handover = object_in(*shift, "handover");
            table.add({word_in(*shift, "number"), time_in(*shift, "begin_utc_s"),
                       time_in(*shift, "end_utc_s"), word_in(*shift, "begun_by"),
                       number_in(*shift, "complete_utc_s") ? "complete" : "not complete",
                       handover == nullptr ? "none" : fmt::format("by {}", word_in(*handover, "person"))});
        }
        return ConsoleAnswer{table.text()};
    };
}

ConsoleVerb show_old_shift(std::uint64_t number) {
    return [number](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto page = console.get(
            shift_path().segment("list").ask("before", number + 1).ask("limit", std::uint64_t{1}));
        if (!page) return page.error();
        for (const auto* shift : objects_in(*page, "shifts"))
            if (number_in(*shift, "number") == static_cast<double>(number))
                return ConsoleAnswer{as_json ? json_line(*shift) : shift_text(*shift)};
        return error(ErrorKind::NOT_FOUND,
                     fmt::format("there is no shift {}; `shift list` lists them", number));
    };
}

ConsoleVerb begin_shift(std::uint64_t over) {
    return [over](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        json::object body;
        if (over != 0) body["over"] = over;
        const auto done = console.post(shift_path().segment("begin"), body);
        if (!done) return done.error();
        if (as_json) return ConsoleAnswer{json_line(*done)};
        return ConsoleAnswer{fmt::format("shift {} begins\n", word_in(*done, "shift"))};
    };
}

ConsoleVerb join_shift() {
    return act("join", {}, "on shift\n");
}

ConsoleVerb leave_shift() {
    return act("leave", {}, "off shift\n");
}

// The console replaces the whole of a line, so what is not said is sent as it was.
ConsoleVerb tick_line(TickAsked asked) {
    return [asked = std::move(asked)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto shift = shift_now(console);
        if (!shift) return shift.error();
        const auto lines = objects_in(*shift, "lines");
        if (asked.line < 1 || asked.line > lines.size())
            return error(ErrorKind::CONFIG,
                         lines.empty()
                             ? "the checklist of this shift is empty"
                             : fmt::format("there is no line {} in the checklist; allowed are 1 to {}",
                                           asked.line, lines.size()));
        const auto& line = *lines[asked.line - 1];
        const bool done = asked.done.value_or(flag_in(line, "done"));
        const auto remark = asked.remark              ? json::value(*asked.remark)
                            : line.contains("remark") ? line.at("remark")
                                                      : json::value("");
        return act(
            "tick",
            json::object{
                {"shift", shift->at("number")}, {"line", asked.line - 1}, {"done", done}, {"remark", remark}},
            fmt::format("{:>3} [{}] {}\n", asked.line, done ? 'x' : ' ', word_in(line, "text")))(console,
                                                                                                 as_json);
    };
}

ConsoleVerb hand_over(std::string text) {
    return [text = std::move(text)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto shift = shift_now(console);
        if (!shift) return shift.error();
        return act("handover", json::object{{"shift", shift->at("number")}, {"text", text}},
                   fmt::format("shift {} is handed over\n", word_in(*shift, "number")))(console, as_json);
    };
}

ConsoleVerb acknowledge_handover(std::uint64_t shift) {
    return act("acknowledge", json::object{{"shift", shift}},
               fmt::format("handover of shift {}: read\n", shift));
}

ConsoleVerb put_on_call(OnCallAsked asked) {
    return [asked = std::move(asked)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        json::object body{{"name", asked.name}, {"contact", asked.contact}};
        double from = utc_now_s();
        if (!asked.from.empty()) {
            const auto since = utc_in(asked.from);
            if (!since) return since.error();
            from = *since;
            body["from_utc_s"] = from;
        }
        double to = from + asked.for_s;
        if (!asked.to.empty()) {
            const auto until = utc_in(asked.to);
            if (!until) return until.error();
            to = *until;
        }
        body["to_utc_s"] = to;
        const auto done = console.post(shift_path().segment("on-call"), body);
        if (!done) return done.error();
        if (as_json) return ConsoleAnswer{json_line(*done)};
        return ConsoleAnswer{fmt::format("#{}  {} is on call, {} to {} UTC\n", word_in(*done, "number"),
                                         asked.name, utc_text(from), utc_text(to))};
    };
}

ConsoleVerb take_off_call(std::uint64_t number) {
    return [number](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto done = console.post(
            shift_path().segment("on-call").segment(std::to_string(number)).segment("remove"), {});
        if (!done) return done.error();
        return ConsoleAnswer{as_json ? json_line(*done) : fmt::format("#{}: off call\n", number)};
    };
}

}  // namespace spillgate::daq
