#include "online/keeper/shift_records.hpp"

#include <fmt/format.h>

#include "online/keeper/desk.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

proto::Status bounded(const std::string& text, std::size_t max_bytes, const char* what) {
    if (!text.empty() && text.size() <= max_bytes) return {};
    return error(ErrorKind::CONFIG,
                 fmt::format("{} has {} bytes; allowed are 1 to {}", what, text.size(), max_bytes));
}

proto::Error no_layout(const std::string& name) {
    return error(ErrorKind::NOT_FOUND, fmt::format("there is no layout '{}'", name));
}

}  // namespace

proto::Status ShiftRecords::tick(const CheckRow& row) {
    if (auto good = bounded(row.item, max_text_bytes, "an item"); !good) return good;
    if (row.comment.size() > max_text_bytes)
        return error(ErrorKind::CONFIG, fmt::format("a comment has more than {} bytes", max_text_bytes));
    return desk_->run([&](SQLite::Database& database) {
        bound(database, "INSERT INTO checklist (utc_ns, person, item, done, comment) VALUES (?, ?, ?, ?, ?)",
              row.utc_ns, row.person, row.item, row.done ? 1 : 0, row.comment)
            .exec();
    });
}

proto::Status ShiftRecords::hand_over(const Handover& note) {
    if (auto good = bounded(note.text, max_text_bytes, "a handover note"); !good) return good;
    return desk_->run([&](SQLite::Database& database) {
        bound(database, "INSERT INTO handover (utc_ns, person, text) VALUES (?, ?, ?)", note.utc_ns,
              note.person, note.text)
            .exec();
    });
}

proto::Status ShiftRecords::set_on_call(const OnCall& on_call) {
    if (auto good = bounded(on_call.name, max_text_bytes, "a name"); !good) return good;
    if (on_call.contact.size() > max_text_bytes)
        return error(ErrorKind::CONFIG, fmt::format("a contact has more than {} bytes", max_text_bytes));
    return desk_->run([&](SQLite::Database& database) {
        bound(database, "INSERT INTO on_call (utc_ns, person, name, contact) VALUES (?, ?, ?, ?)",
              on_call.utc_ns, on_call.person, on_call.name, on_call.contact)
            .exec();
    });
}

proto::Result<std::vector<CheckRow>> ShiftRecords::checklist(std::int64_t since_utc_ns) {
    return desk_->run([&](SQLite::Database& database) {
        auto rows = bound(database,
                          "SELECT utc_ns, person, item, done, comment FROM checklist WHERE number IN (SELECT "
                          "MAX(number) FROM checklist WHERE utc_ns >= ? GROUP BY item) ORDER BY number",
                          since_utc_ns);
        std::vector<CheckRow> out;
        while (rows.executeStep())
            out.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getString(),
                           rows.getColumn(2).getString(), rows.getColumn(3).getInt() != 0,
                           rows.getColumn(4).getString()});
        return out;
    });
}

proto::Result<std::vector<Handover>> ShiftRecords::handovers(std::size_t limit) {
    return desk_->run([&](SQLite::Database& database) {
        auto rows = bound(database, "SELECT utc_ns, person, text FROM handover ORDER BY number DESC LIMIT ?",
                          static_cast<std::int64_t>(limit));
        std::vector<Handover> out;
        while (rows.executeStep())
            out.push_back(
                {rows.getColumn(0).getInt64(), rows.getColumn(1).getString(), rows.getColumn(2).getString()});
        return out;
    });
}

proto::Result<std::optional<OnCall>> ShiftRecords::on_call() {
    return desk_->run([&](SQLite::Database& database) -> std::optional<OnCall> {
        auto row =
            bound(database, "SELECT utc_ns, person, name, contact FROM on_call ORDER BY number DESC LIMIT 1");
        if (!row.executeStep()) return std::nullopt;
        return OnCall{row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(),
                      row.getColumn(3).getString()};
    });
}

proto::Result<std::vector<std::string>> Layouts::names(const std::string& person) {
    return desk_->run([&](SQLite::Database& database) {
        auto rows = bound(database, "SELECT name FROM layout WHERE person = ? ORDER BY name", person);
        std::vector<std::string> out;
        while (rows.executeStep())
            out.push_back(rows.getColumn(0).getString());
        return out;
    });
}

proto::Result<std::string> Layouts::load(const std::string& person, const std::string& name) {
    return desk_->run([&](SQLite::Database& database) {
        auto row = bound(database, "SELECT json FROM layout WHERE person = ? AND name = ?", person, name);
        if (!row.executeStep()) throw proto::Failure(no_layout(name));
        return row.getColumn(0).getString();
    });
}

proto::Status Layouts::save(const std::string& person, const std::string& name, const std::string& json) {
    if (auto good = bounded(name, max_name_bytes, "the name of a layout"); !good) return good;
    if (auto good = bounded(json, max_bytes, "a layout"); !good) return good;
    return desk_->run([&](SQLite::Database& database) {
        auto others =
            bound(database, "SELECT COUNT(*) FROM layout WHERE person = ? AND name <> ?", person, name);
        others.executeStep();
        if (others.getColumn(0).getInt64() >= static_cast<std::int64_t>(max_layouts))
            throw proto::Failure(error(
                ErrorKind::REFUSED, fmt::format("{} layouts are kept of a person; delete one", max_layouts)));
        bound(database, "INSERT OR REPLACE INTO layout (person, name, json) VALUES (?, ?, ?)", person, name,
              json)
            .exec();
    });
}

proto::Status Layouts::remove(const std::string& person, const std::string& name) {
    return desk_->run([&](SQLite::Database& database) {
        const int removed =
            bound(database, "DELETE FROM layout WHERE person = ? AND name = ?", person, name).exec();
        if (removed == 0) throw proto::Failure(no_layout(name));
    });
}

}  // namespace spillgate::online
