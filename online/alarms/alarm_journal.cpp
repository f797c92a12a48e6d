#include "online/alarms/alarm_journal.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "online/keeper/desk.hpp"

namespace spillgate::online {

namespace {

std::string text_of(AlarmState state) {
    return std::string(name_of(state));
}

void add_event(SQLite::Database& database, const Transition& moved) {
    auto insert =
        bound(database,
              "INSERT INTO alarm_event (utc_s, id, series, was, became, unit, limits, severity, person, "
              "comment, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              moved.utc_s, moved.id, moved.series, text_of(moved.from), text_of(moved.to), moved.unit,
              moved.limit, config::AlarmRule::Severity_Name(moved.severity), moved.person, moved.comment);
    constexpr int value_place = 11;
    if (moved.value)
        insert.bind(value_place, *moved.value);
    else
        insert.bind(value_place);  // NULL
    insert.exec();
}

void keep(SQLite::Database& database, const Alarm& alarm) {
    bound(database, "INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?, ?, ?, ?)", alarm.id, alarm.series,
          text_of(alarm.state), alarm.since_utc_s, alarm.person, alarm.comment, alarm.shelved_until_utc_s)
        .exec();
}

AlarmEventRow event_of(SQLite::Statement& row) {
    AlarmEventRow event;
    event.number = row.getColumn(0).getInt64();
    auto& moved = event.transition;
    moved.utc_s = row.getColumn(1).getDouble();
    moved.id = row.getColumn(2).getString();
    moved.series = row.getColumn(3).getString();
    moved.from = alarm_state_from_name(row.getColumn(4).getString()).value_or(AlarmState::NORMAL);
    moved.to = alarm_state_from_name(row.getColumn(5).getString()).value_or(AlarmState::NORMAL);
    if (!row.getColumn(6).isNull()) moved.value = row.getColumn(6).getDouble();
    moved.unit = row.getColumn(7).getString();
    moved.limit = row.getColumn(8).getString();
    config::AlarmRule::Severity_Parse(row.getColumn(9).getString(), &moved.severity);
    moved.person = row.getColumn(10).getString();
    moved.comment = row.getColumn(11).getString();
    return event;
}

}  // namespace

proto::Result<std::vector<Alarm>> AlarmJournal::load() {
    return desk_->run([](SQLite::Database& database) {
        SQLite::Statement rows(
            database,
            "SELECT id, series, state, since_utc_s, person, comment, shelved_until_utc_s FROM alarm");
        std::vector<Alarm> alarms;
        while (rows.executeStep()) {
            const auto state = alarm_state_from_name(rows.getColumn(2).getString());
            if (!state) continue;  // of a newer program: judged afresh
            alarms.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(), *state,
                              rows.getColumn(3).getDouble(), rows.getColumn(4).getString(),
                              rows.getColumn(5).getString(), rows.getColumn(6).getDouble()});
        }
        return alarms;
    });
}

proto::Status AlarmJournal::record(const std::vector<Transition>& transitions, const AlarmTable& table) {
    if (transitions.empty()) return {};
    std::set<std::string, std::less<>> changed;
    for (const Transition& moved : transitions)
        changed.insert(moved.id);
    return desk_->run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Transition& moved : transitions)
            add_event(database, moved);
        for (const auto& view : table.views()) {
            if (changed.contains(view.alarm->id)) keep(database, *view.alarm);
        }
        transaction.commit();
    });
}

proto::Result<std::vector<AlarmEventRow>> AlarmJournal::events(std::int64_t before, std::size_t limit) {
    return desk_->run([&](SQLite::Database& database) {
        auto rows =
            bound(database,
                  "SELECT number, utc_s, id, series, was, became, value, unit, limits, severity, person, "
                  "comment FROM alarm_event WHERE number < ? ORDER BY number DESC LIMIT ?",
                  before > 0 ? before : std::numeric_limits<std::int64_t>::max(),
                  static_cast<std::int64_t>(std::min(limit, max_limit)));
        std::vector<AlarmEventRow> events;
        while (rows.executeStep())
            events.push_back(event_of(rows));
        return events;
    });
}

}  // namespace spillgate::online
