#include "online/shift/shift_acts.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/logbook/logbook.hpp"
#include "online/shift/on_call.hpp"
#include "online/shift/shift.hpp"
#include "online/shift/shift_words.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr double last_utc_s = 9e9;  // 2255: whatever is later is a slip, and fits in nanoseconds

Response done(json::object more = {}) {
    more["ok"] = true;
    return as_json(json::serialize(more));
}

std::optional<Response> not_for(const Act& act, const std::string& name) {
    if (act.caller().expert || act.caller().person == name) return std::nullopt;
    return refusal(403, fmt::format("{} lacks the role \"expert\" that this needs for anybody else",
                                    act.caller().person));
}

}  // namespace

void Act::knows(std::initializer_list<std::string_view> fields) const {
    only_fields(body, fields).value();
}

std::string Act::text(std::string_view field, std::size_t max_bytes) const {
    return text_of(body, field, max_bytes).value();
}

std::int64_t Act::number(std::string_view field) const {
    return static_cast<std::int64_t>(count_of(body, field).value());
}

std::int64_t Act::time_ns(std::string_view field, std::int64_t absent) const {
    const double utc_s = number_of(body, field).value();
    if (utc_s > last_utc_s)
        throw proto::Failure(
            error(ErrorKind::CONFIG, fmt::format("\"{}\" is no time in UTC seconds", field)));
    return body.contains(field) ? static_cast<std::int64_t>(utc_s * 1e9) : absent;
}

std::int64_t Act::log(std::string text) const {
    LogbookEntry entry;
    entry.utc_ns = utc_ns;
    entry.run = records.run();
    entry.person = caller().person;
    entry.kind = EntryKind::SHIFT;
    entry.text = std::move(text);
    entries.push_back(records.append(entry).value());
    return entries.back();
}

Response begin_shift(const Act& act) {
    act.knows({"over"});
    Shifts shifts(act.desk);
    auto over = shifts.newest().value();
    if (over && !over->goes_on()) over.reset();
    const std::vector<std::string> lines(act.page.check().begin(), act.page.check().end());
    const auto shift = shifts.begin(act.caller().person, lines, act.number("over"), act.utc_ns).value();
    const auto entry = act.log(begun_words(shift, over));
    return done({{"shift", shift.number}, {"logbook", entry}});
}

Response join_shift(const Act& act) {
    act.knows({});
    Shifts(act.desk).join(act.caller().person, act.utc_ns).value();
    return done();
}

Response leave_shift(const Act& act) {
    act.knows({});
    Shifts(act.desk).leave(act.caller().person, act.utc_ns).value();
    return done();
}

Response tick_line(const Act& act) {
    act.knows({"shift", "line", "done", "remark"});
    Shifts shifts(act.desk);
    CheckLine ticked;
    ticked.done = flag_of(act.body, "done").value();
    ticked.remark = act.text("remark", Shifts::max_remark_bytes);
    ticked.person = act.caller().person;
    ticked.utc_ns = act.utc_ns;
    const auto line = static_cast<std::size_t>(act.number("line"));
    const bool complete = shifts.tick(act.number("shift"), line, ticked).value();
    if (!complete) return done();
    return done({{"logbook", act.log(complete_words(shifts.newest().value().value()))}});
}

Response hand_shift_over(const Act& act) {
    act.knows({"shift", "text"});
    Shifts shifts(act.desk);
    Handover note;
    note.utc_ns = act.utc_ns;
    note.person = act.caller().person;
    note.text = act.text("text", Shifts::max_note_bytes);
    shifts.hand_over(act.number("shift"), note).value();
    return done({{"logbook", act.log(handed_over_words(shifts.newest().value().value()))}});
}

Response acknowledge_handover(const Act& act) {
    act.knows({"shift"});
    const auto number = act.number("shift");
    Shifts(act.desk).acknowledge(number, act.caller().person, act.utc_ns).value();
    return done({{"logbook", act.log(fmt::format("Handover of shift {} acknowledged.", number))}});
}

Response put_on_call(const Act& act) {
    act.knows({"name", "contact", "from_utc_s", "to_utc_s"});
    OnCall one;
    one.name = act.text("name", OnCalls::max_text_bytes);
    one.contact = act.text("contact", OnCalls::max_text_bytes);
    one.from_utc_ns = act.time_ns("from_utc_s", act.utc_ns);
    one.to_utc_ns = act.time_ns("to_utc_s", 0);
    one.set_by = act.caller().person;
    if (auto no = not_for(act, one.name)) return std::move(*no);
    return done({{"number", OnCalls(act.desk).add(one, act.utc_ns).value()}});
}

Response take_off_call(const Act& act) {
    act.knows({});
    const std::string& text = act.request.values.at("number");
    std::int64_t number = 0;  // what is no number is nobody's
    std::from_chars(text.data(), text.data() + text.size(), number);
    OnCalls calls(act.desk);
    const auto one = calls.find(number).value();
    if (auto no = not_for(act, one.name)) return std::move(*no);
    calls.remove(number, act.caller().person, act.utc_ns).value();
    return done();
}

}  // namespace spillgate::online
