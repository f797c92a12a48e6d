#include "online/shift/on_call.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "online/keeper/desk.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

proto::Status check(const OnCall& on_call, std::int64_t utc_ns) {
    for (const auto& [what, text] :
         {std::pair("name", &on_call.name), std::pair("contact", &on_call.contact)})
        if (text->empty() || text->size() > OnCalls::max_text_bytes)
            return error(ErrorKind::CONFIG, fmt::format("\"{}\" has {} bytes; allowed are 1 to {}", what,
                                                        text->size(), OnCalls::max_text_bytes));
    if (on_call.from_utc_ns >= on_call.to_utc_ns)
        return error(ErrorKind::CONFIG, "somebody is on call from a time until a later one");
    if (on_call.to_utc_ns <= utc_ns) return error(ErrorKind::CONFIG, "that time is over already");
    return {};
}

OnCall on_call_of(SQLite::Statement& row) {
    return {row.getColumn(0).getInt64(), row.getColumn(1).getString(), row.getColumn(2).getString(),
            row.getColumn(3).getInt64(), row.getColumn(4).getInt64(),  row.getColumn(5).getString()};
}

proto::Failure none_like(std::int64_t number) {
    return proto::Failure(
        error(ErrorKind::NOT_FOUND, fmt::format("nobody is put on call under number {}", number)));
}

}  // namespace

proto::Result<std::int64_t> OnCalls::add(const OnCall& on_call, std::int64_t utc_ns) {
    if (auto good = check(on_call, utc_ns); !good) return good.error();
    return desk_->run([&](SQLite::Database& database) {
        auto others = bound(
            database, "SELECT COUNT(*) FROM on_call WHERE to_utc_ns > ? AND removed_utc_ns = 0", utc_ns);
        others.executeStep();
        if (others.getColumn(0).getInt64() >= static_cast<std::int64_t>(most))
            throw proto::Failure(
                error(ErrorKind::REFUSED, fmt::format("{} are on call or will be; remove one", most)));
        bound(
            database,
            "INSERT INTO on_call (utc_ns, person, name, contact, from_utc_ns, to_utc_ns) VALUES (?, ?, ?, ?, "
            "?, ?)",
            utc_ns, on_call.set_by, on_call.name, on_call.contact, on_call.from_utc_ns, on_call.to_utc_ns)
            .exec();
        return std::int64_t{database.getLastInsertRowid()};
    });
}

proto::Result<std::vector<OnCall>> OnCalls::from(std::int64_t utc_ns) {
    return desk_->run([&](SQLite::Database& database) {
        auto rows = bound(database,
                          "SELECT number, name, contact, from_utc_ns, to_utc_ns, person FROM on_call WHERE "
                          "to_utc_ns > ? AND removed_utc_ns = 0 ORDER BY from_utc_ns, number",
                          utc_ns);
        std::vector<OnCall> found;
        while (rows.executeStep())
            found.push_back(on_call_of(rows));
        return found;
    });
}

proto::Result<OnCall> OnCalls::find(std::int64_t number) {
    return desk_->run([&](SQLite::Database& database) {
        auto row = bound(database,
                         "SELECT number, name, contact, from_utc_ns, to_utc_ns, person FROM on_call WHERE "
                         "number = ? AND removed_utc_ns = 0",
                         number);
        if (!row.executeStep()) throw none_like(number);
        return on_call_of(row);
    });
}

proto::Status OnCalls::remove(std::int64_t number, const std::string& person, std::int64_t utc_ns) {
    return desk_->run([&](SQLite::Database& database) {
        const int removed =
            bound(database,
                  "UPDATE on_call SET removed_utc_ns = ?, removed_by = ? WHERE number = ? AND "
                  "removed_utc_ns = 0",
                  utc_ns, person, number)
                .exec();
        if (removed == 0) throw none_like(number);
    });
}

OnCallGap next_gap(std::span<const OnCall> by_begin, std::int64_t utc_ns) {
    std::int64_t covered = utc_ns;  // somebody is on call from now until here
    for (const OnCall& one : by_begin) {
        if (one.from_utc_ns > covered) return {covered, one.from_utc_ns};
        covered = std::max(covered, one.to_utc_ns);
    }
    return {covered, std::nullopt};
}

}  // namespace spillgate::online
