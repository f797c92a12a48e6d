#include "online/keeper/layouts.hpp"

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
