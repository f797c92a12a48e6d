#include "online/shift/shift.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "online/keeper/desk.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

[[noreturn]] void refuse(std::string why) {
    throw proto::Failure(error(ErrorKind::REFUSED, std::move(why)));
}

std::vector<OnShift> people_of(SQLite::Database& database, std::int64_t shift) {
    auto rows = bound(
        database, "SELECT person, from_utc_ns, to_utc_ns FROM shift_person WHERE shift = ? ORDER BY rowid",
        shift);
    std::vector<OnShift> people;
    while (rows.executeStep())
        people.push_back(
            {rows.getColumn(0).getString(), rows.getColumn(1).getInt64(), rows.getColumn(2).getInt64()});
    return people;
}

// Each line with the newest of what was said of it.
std::vector<CheckLine> lines_of(SQLite::Database& database, std::int64_t shift) {
    auto rows =
        bound(database,
              "SELECT text, done, utc_ns, person, comment FROM shift_line LEFT JOIN checklist ON "
              "number = (SELECT MAX(number) FROM checklist WHERE shift = shift_line.shift AND place = "
              "shift_line.place) WHERE shift_line.shift = ? ORDER BY shift_line.place",
              shift);
    std::vector<CheckLine> lines;
    while (rows.executeStep())
        lines.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getInt() != 0,
                         rows.getColumn(2).getInt64(), rows.getColumn(3).getString(),
                         rows.getColumn(4).getString()});
    return lines;
}

std::optional<Handover> handover_of(SQLite::Database& database, std::int64_t shift) {
    auto row = bound(database,
                     "SELECT utc_ns, person, text, acknowledged_utc_ns, acknowledged_by FROM handover WHERE "
                     "shift = ?",
                     shift);
    if (!row.executeStep()) return std::nullopt;
    return Handover{row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                    row.getColumn(3).getInt64(), row.getColumn(4).getString()};
}

// All shifts of a query for their five columns.
std::vector<Shift> shifts_of(SQLite::Database& database, SQLite::Statement rows) {
    std::vector<Shift> shifts;
    while (rows.executeStep()) {
        Shift shift;
        shift.number = rows.getColumn(0).getInt64();
        shift.begin_utc_ns = rows.getColumn(1).getInt64();
        shift.begun_by = rows.getColumn(2).getString();
        shift.end_utc_ns = rows.getColumn(3).getInt64();
        shift.complete_utc_ns = rows.getColumn(4).getInt64();
        shift.people = people_of(database, shift.number);
        shift.lines = lines_of(database, shift.number);
        shift.handover = handover_of(database, shift.number);
        shifts.push_back(std::move(shift));
    }
    return shifts;
}

std::optional<Shift> newest_of(SQLite::Database& database) {
    auto shifts = shifts_of(database, bound(database,
                                            "SELECT number, begin_utc_ns, begun_by, end_utc_ns, "
                                            "complete_utc_ns FROM shift ORDER BY number DESC LIMIT 1"));
    if (shifts.empty()) return std::nullopt;
    return std::move(shifts.front());
}

// The shift that goes on. Refused if there is none, or (number not 0) if it is another one.
Shift going_on(SQLite::Database& database, std::int64_t number) {
    auto shift = newest_of(database);
    if (number != 0 && (!shift || number > shift->number))
        refuse(fmt::format("there is no shift {}", number));
    if (number != 0 && (number != shift->number || !shift->goes_on()))
        refuse(fmt::format("shift {} is over", number));
    if (!shift || !shift->goes_on()) refuse("no shift goes on: begin one first");
    return std::move(*shift);
}

void end(SQLite::Database& database, std::int64_t shift, std::int64_t utc_ns) {
    bound(database, "UPDATE shift SET end_utc_ns = ? WHERE number = ?", utc_ns, shift).exec();
    bound(database, "UPDATE shift_person SET to_utc_ns = ? WHERE shift = ? AND to_utc_ns = 0", utc_ns, shift)
        .exec();
}

void put_on(SQLite::Database& database, std::int64_t shift, const std::string& person, std::int64_t utc_ns) {
    bound(database, "INSERT INTO shift_person (shift, person, from_utc_ns) VALUES (?, ?, ?)", shift, person,
          utc_ns)
        .exec();
}

}  // namespace

bool Shift::is_on(const std::string& person) const {
    return std::ranges::any_of(
        people, [&](const OnShift& one) { return one.person == person && one.to_utc_ns == 0; });
}

std::size_t Shift::lines_done() const {
    return static_cast<std::size_t>(std::ranges::count_if(lines, &CheckLine::done));
}

proto::Result<std::optional<Shift>> Shifts::newest() {
    return desk_->run(newest_of);
}

proto::Result<std::vector<Shift>> Shifts::list(std::int64_t before, std::size_t limit) {
    return desk_->run([&](SQLite::Database& database) {
        return shifts_of(
            database,
            bound(database,
                  "SELECT number, begin_utc_ns, begun_by, end_utc_ns, complete_utc_ns FROM shift WHERE "
                  "number < ? ORDER BY number DESC LIMIT ?",
                  before > 0 ? before : std::numeric_limits<std::int64_t>::max(),
                  static_cast<std::int64_t>(std::min(limit, max_limit))));
    });
}

proto::Result<std::vector<Shift>> Shifts::unacknowledged() {
    return desk_->run([](SQLite::Database& database) {
        return shifts_of(
            database,
            bound(database,
                  "SELECT number, begin_utc_ns, begun_by, end_utc_ns, complete_utc_ns FROM shift WHERE "
                  "number IN (SELECT shift FROM handover WHERE acknowledged_utc_ns = 0) ORDER BY number "
                  "LIMIT ?",
                  static_cast<std::int64_t>(max_limit)));
    });
}

proto::Result<Shift> Shifts::begin(const std::string& person, const std::vector<std::string>& lines,
                                   std::int64_t over, std::int64_t utc_ns) {
    return together(*desk_, [&](SQLite::Database& database) {
        const auto before = newest_of(database);
        const bool goes_on = before && before->goes_on();
        if (goes_on && over != before->number)
            refuse(fmt::format("shift {} goes on, begun by {}: it must be handed over, or named to be ended",
                               before->number, before->begun_by));
        if (!goes_on && over != 0) refuse(fmt::format("shift {} does not go on", over));
        if (goes_on) end(database, before->number, utc_ns);
        bound(database, "INSERT INTO shift (begin_utc_ns, begun_by) VALUES (?, ?)", utc_ns, person).exec();
        const std::int64_t number = database.getLastInsertRowid();
        put_on(database, number, person, utc_ns);
        for (std::size_t place = 0; place < lines.size(); ++place)
            bound(database, "INSERT INTO shift_line (shift, place, text) VALUES (?, ?, ?)", number,
                  static_cast<std::int64_t>(place), lines[place])
                .exec();
        return newest_of(database).value();
    });
}

proto::Status Shifts::join(const std::string& person, std::int64_t utc_ns) {
    return together(*desk_, [&](SQLite::Database& database) {
        const auto shift = going_on(database, 0);
        if (shift.is_on(person)) refuse(fmt::format("{} is on shift {} already", person, shift.number));
        put_on(database, shift.number, person, utc_ns);
    });
}

proto::Status Shifts::leave(const std::string& person, std::int64_t utc_ns) {
    return together(*desk_, [&](SQLite::Database& database) {
        const auto shift = going_on(database, 0);
        if (!shift.is_on(person)) refuse(fmt::format("{} is not on shift {}", person, shift.number));
        bound(database,
              "UPDATE shift_person SET to_utc_ns = ? WHERE shift = ? AND person = ? AND to_utc_ns = 0",
              utc_ns, shift.number, person)
            .exec();
    });
}

proto::Result<bool> Shifts::tick(std::int64_t number, std::size_t line, const CheckLine& ticked) {
    if (ticked.remark.size() > max_remark_bytes)
        return error(ErrorKind::CONFIG, fmt::format("a remark has {} bytes; allowed are {}",
                                                    ticked.remark.size(), max_remark_bytes));
    return together(*desk_, [&](SQLite::Database& database) {
        auto shift = going_on(database, number);
        if (line >= shift.lines.size())
            throw proto::Failure(
                error(ErrorKind::CONFIG,
                      fmt::format("the checklist of shift {} has {} lines", number, shift.lines.size())));
        bound(database,
              "INSERT INTO checklist (utc_ns, person, item, done, comment, shift, place) VALUES (?, ?, ?, ?, "
              "?, ?, ?)",
              ticked.utc_ns, ticked.person, shift.lines[line].text, ticked.done ? 1 : 0, ticked.remark,
              number, static_cast<std::int64_t>(line))
            .exec();
        shift.lines[line].done = ticked.done;
        if (shift.complete_utc_ns != 0 || shift.lines_done() < shift.lines.size()) return false;
        bound(database, "UPDATE shift SET complete_utc_ns = ? WHERE number = ?", ticked.utc_ns, number)
            .exec();
        return true;
    });
}

proto::Status Shifts::hand_over(std::int64_t number, const Handover& note) {
    if (note.text.empty() || note.text.size() > max_note_bytes)
        return error(ErrorKind::CONFIG, fmt::format("a handover note has {} bytes; allowed are 1 to {}",
                                                    note.text.size(), max_note_bytes));
    return together(*desk_, [&](SQLite::Database& database) {
        const auto shift = going_on(database, number);
        if (!shift.is_on(note.person))
            refuse(fmt::format("{} is not on shift {}: join it first", note.person, number));
        end(database, number, note.utc_ns);
        bound(database, "INSERT INTO handover (utc_ns, person, text, shift) VALUES (?, ?, ?, ?)", note.utc_ns,
              note.person, note.text, number)
            .exec();
    });
}

proto::Status Shifts::acknowledge(std::int64_t number, const std::string& person, std::int64_t utc_ns) {
    return together(*desk_, [&](SQLite::Database& database) {
        const auto handover = handover_of(database, number);
        if (!handover) refuse(fmt::format("shift {} has left no handover note", number));
        if (handover->acknowledged_utc_ns != 0)
            refuse(fmt::format("{} has acknowledged the note of shift {} already", handover->acknowledged_by,
                               number));
        const auto shift = going_on(database, 0);
        if (!shift.is_on(person))
            refuse(fmt::format("{} is not on shift {}: join it first", person, shift.number));
        bound(database, "UPDATE handover SET acknowledged_utc_ns = ?, acknowledged_by = ? WHERE shift = ?",
              utc_ns, person, number)
            .exec();
    });
}

}  // namespace spillgate::online
