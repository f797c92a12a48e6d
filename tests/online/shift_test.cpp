#include "online/shift/shift.hpp"

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "online/shift/on_call.hpp"
#include "online/shift/shift_words.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::next_gap;
using online::OnCall;
using online::OnCalls;
using online::Shifts;
using proto::ErrorKind;

namespace {

constexpr std::int64_t hour = 3'600'000'000'000;
constexpr std::int64_t day = 24 * hour;
// 2026-11-28 22:00:00 UTC: a shift that begins then ends on the next day.
constexpr std::int64_t evening = 1'795'903'200'000'000'000;
const std::vector<std::string> lines{"Is the veto on?", "Level of the water"};

struct Desk {
    proto::testing::TemporaryDirectory directory;
    std::string path = directory.path() + "/console.sqlite";
    online::Database database = online::open_desk(path).value();
    Shifts shifts{database};
    OnCalls calls{database};
};

online::CheckLine tick(const std::string& person, bool done, std::int64_t utc_ns, std::string remark = "") {
    online::CheckLine line;
    line.done = done;
    line.person = person;
    line.utc_ns = utc_ns;
    line.remark = std::move(remark);
    return line;
}

online::Handover note(const std::string& person, const std::string& text, std::int64_t utc_ns) {
    online::Handover handover;
    handover.person = person;
    handover.text = text;
    handover.utc_ns = utc_ns;
    return handover;
}

OnCall on_call(const std::string& name, std::int64_t from, std::int64_t to) {
    OnCall one;
    one.name = name;
    one.contact = "+41 1";
    one.from_utc_ns = from;
    one.to_utc_ns = to;
    one.set_by = "C. Expert";
    return one;
}

template <class T>
std::string refused(const proto::Result<T>& result) {
    REQUIRE(result.has_error());
    CHECK(result.error().kind == ErrorKind::REFUSED);
    return result.error().message;
}

}  // namespace

TEST_CASE("a shift has a list of its own, whose lines say who ticked them last, when and with which remark") {
    Desk desk;
    CHECK_FALSE(desk.shifts.newest().value().has_value());
    const auto first = desk.shifts.begin("A. Shift", lines, 0, evening).value();
    CHECK(first.number == 1);
    CHECK(first.is_on("A. Shift"));
    REQUIRE(first.lines.size() == 2);
    CHECK(first.lines[0].utc_ns == 0);
    CHECK_FALSE(desk.shifts.tick(1, 1, tick("A. Shift", true, evening + 1, "80 cm")).value());
    CHECK_FALSE(desk.shifts.tick(1, 0, tick("D. Guest", false, evening + 2, "it is off")).value());
    CHECK(desk.shifts.tick(1, 0, tick("A. Shift", true, evening + 3)).value());
    const auto full = desk.shifts.newest().value().value();
    CHECK(full.complete_utc_ns == evening + 3);
    CHECK(full.lines[0].text == "Is the veto on?");
    CHECK(full.lines[0].done);
    CHECK(full.lines[0].remark.empty());
    CHECK(full.lines[1].person == "A. Shift");
    CHECK(full.lines[1].remark == "80 cm");
    // What is taken back and ticked again is complete once.
    CHECK_FALSE(desk.shifts.tick(1, 0, tick("A. Shift", false, evening + 4)).value());
    CHECK_FALSE(desk.shifts.tick(1, 0, tick("A. Shift", true, evening + 5)).value());
    CHECK(desk.shifts.newest().value()->complete_utc_ns == evening + 3);

    CHECK(desk.shifts.tick(1, 2, tick("A. Shift", true, evening)).error().kind == ErrorKind::CONFIG);
    CHECK(desk.shifts.tick(1, 0, tick("A. Shift", true, evening, std::string(2000, 'x'))).error().kind ==
          ErrorKind::CONFIG);
    CHECK(refused(desk.shifts.tick(2, 0, tick("A. Shift", true, evening))) == "there is no shift 2");
}

TEST_CASE(
    "two shifts: one hands over, the next one begins anew and acknowledges, and both stay to be looked at") {
    Desk desk;
    REQUIRE(desk.shifts.begin("A. Shift", lines, 0, evening).has_value());
    REQUIRE(desk.shifts.tick(1, 0, tick("A. Shift", true, evening + hour)).has_value());
    CHECK(refused(desk.shifts.begin("B. Relief", lines, 0, evening + 7 * hour)).find("begun by A. Shift") !=
          std::string::npos);
    CHECK(refused(desk.shifts.hand_over(1, note("B. Relief", "quiet", evening))) ==
          "B. Relief is not on shift 1: join it first");
    CHECK(desk.shifts.hand_over(1, note("A. Shift", "", evening)).error().kind == ErrorKind::CONFIG);
    CHECK(desk.shifts.hand_over(1, note("A. Shift", std::string(20'000, 'x'), evening)).error().kind ==
          ErrorKind::CONFIG);
    REQUIRE(desk.shifts.hand_over(1, note("A. Shift", "quiet", evening + 8 * hour)).has_value());
    CHECK(refused(desk.shifts.hand_over(1, note("A. Shift", "again", evening))) == "shift 1 is over");
    CHECK(refused(desk.shifts.tick(1, 1, tick("A. Shift", true, evening))) == "shift 1 is over");

    auto waiting = desk.shifts.unacknowledged().value();
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].handover->text == "quiet");
    CHECK(waiting[0].people[0].to_utc_ns == evening + 8 * hour);
    CHECK(refused(desk.shifts.acknowledge(1, "B. Relief", evening + 9 * hour)) ==
          "no shift goes on: begin one first");
    REQUIRE(desk.shifts.begin("B. Relief", {"Is the veto on?"}, 0, evening + 9 * hour).has_value());
    CHECK(refused(desk.shifts.acknowledge(1, "A. Shift", evening + 9 * hour)) ==
          "A. Shift is not on shift 2: join it first");
    CHECK(refused(desk.shifts.acknowledge(2, "B. Relief", evening)) == "shift 2 has left no handover note");
    REQUIRE(desk.shifts.acknowledge(1, "B. Relief", evening + 9 * hour + 1).has_value());
    CHECK(refused(desk.shifts.acknowledge(1, "B. Relief", evening)) ==
          "B. Relief has acknowledged the note of shift 1 already");
    CHECK(desk.shifts.unacknowledged().value().empty());

    desk.database = online::open_desk(desk.path).value();  // after a restart
    const auto all = desk.shifts.list(0, 10).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].number == 2);
    CHECK(all[0].goes_on());
    CHECK(all[0].lines.size() == 1);
    CHECK(all[0].lines_done() == 0);
    CHECK(all[1].lines.size() == 2);
    CHECK(all[1].lines_done() == 1);
    CHECK(all[1].handover->acknowledged_by == "B. Relief");
    CHECK(desk.shifts.list(2, 10).value().front().number == 1);
    CHECK(desk.shifts.list(0, 1).value().size() == 1);
}

TEST_CASE("a shift that was left without a handover ends when the next one says so, and not by a slip") {
    Desk desk;
    CHECK(refused(desk.shifts.begin("A. Shift", lines, 7, evening)) == "shift 7 does not go on");
    const auto first = desk.shifts.begin("A. Shift", lines, 0, evening).value();
    const auto second = desk.shifts.begin("B. Relief", lines, first.number, evening + hour).value();
    CHECK(second.number == 2);
    // The one who had the page open from before does not end that one as well.
    CHECK(refused(desk.shifts.begin("C. Expert", lines, first.number, evening + hour))
              .find("shift 2 goes on") != std::string::npos);
    const auto left = desk.shifts.list(2, 1).value().at(0);
    CHECK(left.end_utc_ns == evening + hour);
    CHECK_FALSE(left.handover.has_value());
    CHECK(desk.shifts.unacknowledged().value().empty());
    CHECK(online::begun_words(second, left) ==
          "Shift 2 begun by B. Relief. Shift 1 (A. Shift) ended without a handover, 0 of 2 lines of its "
          "checklist ticked.");
}

TEST_CASE("people come to a shift and go, and nobody is on it twice") {
    Desk desk;
    CHECK(refused(desk.shifts.join("A. Shift", evening)) == "no shift goes on: begin one first");
    REQUIRE(desk.shifts.begin("A. Shift", {}, 0, evening).has_value());
    REQUIRE(desk.shifts.join("B. Relief", evening + 1).has_value());
    CHECK(refused(desk.shifts.join("B. Relief", evening + 2)) == "B. Relief is on shift 1 already");
    REQUIRE(desk.shifts.leave("A. Shift", evening + 3).has_value());
    CHECK(refused(desk.shifts.leave("A. Shift", evening + 4)) == "A. Shift is not on shift 1");
    const auto shift = desk.shifts.newest().value().value();
    CHECK_FALSE(shift.is_on("A. Shift"));
    CHECK(shift.is_on("B. Relief"));
    REQUIRE(shift.people.size() == 2);
    CHECK(shift.people[0].to_utc_ns == evening + 3);
    CHECK(shift.people[1].to_utc_ns == 0);
}

TEST_CASE("what is refused in the middle leaves nothing behind, alone or within something larger") {
    Desk desk;
    REQUIRE(desk.shifts.begin("A. Shift", lines, 0, evening).has_value());
    const auto undone = online::together(desk.database, [&](SQLite::Database&) {
        desk.shifts.hand_over(1, note("A. Shift", "quiet", evening + hour)).value();
        desk.shifts.begin("B. Relief", lines, 5, evening + hour).value();
    });
    CHECK(undone.error().message == "shift 5 does not go on");
    CHECK(desk.shifts.newest().value()->goes_on());
    CHECK(desk.shifts.unacknowledged().value().empty());
    // … and no transaction that stayed open: another connection sees what comes after.
    REQUIRE(desk.shifts.join("B. Relief", evening + hour).has_value());
    auto other = online::open_desk(desk.path).value();
    CHECK(Shifts(other).newest().value()->people.size() == 2);
}

TEST_CASE("the logbook gets the note first, then people in UTC and the lines, as far as there is room") {
    Desk desk;
    REQUIRE(desk.shifts.begin("A. Shift", lines, 0, evening).has_value());
    REQUIRE(desk.shifts.join("B. Relief", evening + hour).has_value());
    REQUIRE(desk.shifts.tick(1, 1, tick("A. Shift", true, evening + 2 * hour, "80 cm")).has_value());
    REQUIRE(
        desk.shifts.hand_over(1, note("A. Shift", "Veto HV was ramped.", evening + 8 * hour)).has_value());
    CHECK(online::handed_over_words(desk.shifts.newest().value().value()) ==
          "Shift 1 handed over:\nVeto HV was ramped.\n\n"
          "From 2026-11-28 22:00:00 to 2026-11-29 06:00:00 UTC: A. Shift, B. Relief. 1 of 2 lines of the "
          "checklist ticked:\n"
          "– not ticked: Is the veto on?\n"
          "✔ Level of the water (A. Shift, 2026-11-29 00:00:00 UTC): 80 cm");
    const std::vector<std::string> many(100, std::string(1000, 'x'));
    const auto long_one = desk.shifts.begin("A. Shift", many, 0, evening).value();
    const auto words = online::complete_words(long_one);
    CHECK(words.size() < 60'000);
    CHECK(words.ends_with("lines for which there is no room"));
}

TEST_CASE("who is on call holds from its begin to before its end, and gaps are found between and after") {
    Desk desk;
    CHECK(next_gap({}, evening).from_utc_ns == evening);
    CHECK_FALSE(next_gap({}, evening).to_utc_ns.has_value());
    const auto add = [&](const std::string& name, std::int64_t from, std::int64_t to) {
        return desk.calls.add(on_call(name, from, to), evening);
    };
    // Over midnight UTC, then one who overlaps, then a gap of a day.
    REQUIRE(add("C. Expert", evening - hour, evening + 8 * hour).has_value());
    REQUIRE(add("D. Guest", evening + 6 * hour, evening + day).has_value());
    REQUIRE(add("C. Expert", evening + 2 * day, evening + 3 * day).has_value());
    const auto all = desk.calls.from(evening).value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].holds(evening));
    CHECK(all[0].holds(evening + 8 * hour - 1));
    CHECK_FALSE(all[0].holds(evening + 8 * hour));
    auto gap = next_gap(all, evening);
    CHECK(gap.from_utc_ns == evening + day);
    CHECK(gap.to_utc_ns == evening + 2 * day);
    // In the gap it begins now.
    gap = next_gap(desk.calls.from(evening + day + hour).value(), evening + day + hour);
    CHECK(gap.from_utc_ns == evening + day + hour);
    CHECK(gap.to_utc_ns == evening + 2 * day);
    // The last one leaves nobody after it.
    gap = next_gap(desk.calls.from(evening + 2 * day).value(), evening + 2 * day);
    CHECK(gap.from_utc_ns == evening + 3 * day);
    CHECK_FALSE(gap.to_utc_ns.has_value());

    CHECK(desk.calls.find(all[1].number).value().name == "D. Guest");
    REQUIRE(desk.calls.remove(all[1].number, "C. Expert", evening).has_value());
    CHECK(desk.calls.remove(all[1].number, "C. Expert", evening).error().kind == ErrorKind::NOT_FOUND);
    CHECK(desk.calls.find(all[1].number).error().kind == ErrorKind::NOT_FOUND);
    CHECK(next_gap(desk.calls.from(evening).value(), evening).from_utc_ns == evening + 8 * hour);
}

TEST_CASE("nobody is on call without a name, a way to be reached, or in a time that is none") {
    Desk desk;
    const auto kind = [&](const OnCall& one) { return desk.calls.add(one, evening).error().kind; };
    CHECK(kind(on_call("", evening, evening + hour)) == ErrorKind::CONFIG);
    CHECK(kind(on_call(std::string(300, 'x'), evening, evening + hour)) == ErrorKind::CONFIG);
    auto mute = on_call("C. Expert", evening, evening + hour);
    mute.contact.clear();
    CHECK(kind(mute) == ErrorKind::CONFIG);
    CHECK(kind(on_call("C. Expert", evening + hour, evening + hour)) == ErrorKind::CONFIG);
    CHECK(kind(on_call("C. Expert", evening - 2 * hour, evening - hour)) == ErrorKind::CONFIG);
    for (std::size_t i = 0; i < OnCalls::most; ++i)
        REQUIRE(desk.calls.add(on_call("C. Expert", evening, evening + hour), evening).has_value());
    CHECK(kind(on_call("C. Expert", evening, evening + hour)) == ErrorKind::REFUSED);
}
