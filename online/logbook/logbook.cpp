#include "online/logbook/logbook.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "online/keeper/desk.hpp"
#include "online/logbook/picture.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

constexpr std::array<std::string_view, 10> kind_names{"person",     "run-start", "run-stop", "alarm",
                                                      "unblinding", "controls",  "shift",    "quality",
                                                      "good-runs",  "spectra"};

proto::Status check(const LogbookEntry& entry) {
    if (entry.text.empty() && entry.pictures.empty())
        return error(ErrorKind::CONFIG, "an entry needs a text or a picture");
    if (entry.text.size() > Logbook::max_text_bytes)
        return error(ErrorKind::CONFIG, fmt::format("the text has {} bytes; allowed are {}",
                                                    entry.text.size(), Logbook::max_text_bytes));
    if (entry.pictures.size() > Logbook::max_pictures)
        return error(ErrorKind::CONFIG, fmt::format("an entry has {} pictures; allowed are {}",
                                                    entry.pictures.size(), Logbook::max_pictures));
    if (!std::ranges::all_of(entry.pictures, is_picture_name))
        return error(ErrorKind::CONFIG,
                     "a picture is named by the SHA-256 that its upload was answered with");
    return {};
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// As a query of FTS5: each word a phrase of its own, so that nothing in it has a meaning to FTS5; the last
// one may still be being typed.
std::string query_of(const std::string& text) {
    std::string query;
    for (const std::string& word : words_of(text)) {
        query += query.empty() ? "\"" : " \"";
        for (const char c : word) {
            if (c == '"') query += '"';
            if (c != '\0') query += c;
        }
        query += '"';
    }
    return query.empty() ? query : query + "*";
}

LogbookEntry entry_of(SQLite::Statement& row) {
    LogbookEntry entry;
    entry.id = row.getColumn(0).getInt64();
    entry.utc_ns = row.getColumn(1).getInt64();
    entry.run = static_cast<std::uint32_t>(row.getColumn(2).getInt64());
    entry.person = row.getColumn(3).getString();
    entry.kind = entry_kind_from_name(row.getColumn(4).getString()).value_or(EntryKind::PERSON);
    entry.text = row.getColumn(5).getString();
    entry.pictures = words_of(row.getColumn(6).getString());
    entry.corrects = row.getColumn(7).getInt64();
    return entry;
}

}  // namespace

std::string_view name_of(EntryKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<EntryKind> entry_kind_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(kind_names, name);
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<EntryKind>(found - kind_names.begin());
}

std::string entry_kind_names() {
    return fmt::format("{}", fmt::join(kind_names, ", "));
}

proto::Result<std::int64_t> Logbook::append(const LogbookEntry& entry) {
    if (auto good = check(entry); !good) return good.error();
    return desk_->run([&](SQLite::Database& database) {
        if (entry.corrects != 0) {
            auto old = bound(database, "SELECT 1 FROM entry WHERE id = ?", entry.corrects);
            if (!old.executeStep())
                throw proto::Failure(error(ErrorKind::NOT_FOUND,
                                           fmt::format("there is no entry {} to correct", entry.corrects)));
        }
        auto insert =
            bound(database,
                  "INSERT INTO entry (utc_ns, run, person, kind, text, pictures, corrects) VALUES (?, ?, ?, "
                  "?, ?, ?, ?)",
                  entry.utc_ns, std::int64_t{entry.run}, entry.person, std::string(name_of(entry.kind)),
                  entry.text, fmt::format("{}", fmt::join(entry.pictures, " ")), entry.corrects);
        insert.exec();
        return std::int64_t{database.getLastInsertRowid()};
    });
}

proto::Result<std::vector<LogbookEntry>> Logbook::search(const LogbookSearch& search) {
    const std::string query = query_of(search.text);
    return desk_->run([&](SQLite::Database& database) {
        const std::string kind = search.kind ? std::string(name_of(*search.kind)) : std::string();
        auto rows =
            bound(database,
                  "SELECT id, utc_ns, run, person, kind, text, pictures, corrects FROM entry WHERE "
                  "(?1 = '' OR id IN (SELECT rowid FROM entry_words WHERE entry_words MATCH ?1)) AND "
                  "(?2 < 0 OR run = ?2) AND (?3 = '' OR kind = ?3) AND id < ?4 ORDER BY id DESC LIMIT ?5",
                  query, search.run ? std::int64_t{*search.run} : std::int64_t{-1}, kind,
                  search.before > 0 ? search.before : std::numeric_limits<std::int64_t>::max(),
                  static_cast<std::int64_t>(std::min(search.limit, max_limit)));
        std::vector<LogbookEntry> found;
        while (rows.executeStep())
            found.push_back(entry_of(rows));
        return found;
    });
}

proto::Result<bool> Logbook::has(EntryKind kind, std::uint32_t run) {
    return desk_->run([&](SQLite::Database& database) {
        auto row = bound(database, "SELECT 1 FROM entry WHERE run = ? AND kind = ?", std::int64_t{run},
                         std::string(name_of(kind)));
        return row.executeStep();
    });
}

proto::Result<std::optional<std::uint32_t>> Logbook::newest_run(EntryKind kind, std::uint32_t before) {
    return desk_->run([&](SQLite::Database& database) -> std::optional<std::uint32_t> {
        auto row = bound(database, "SELECT MAX (run) FROM entry WHERE kind = ? AND run < ?",
                         std::string(name_of(kind)), std::int64_t{before});
        if (!row.executeStep() || row.getColumn(0).isNull()) return std::nullopt;
        return static_cast<std::uint32_t>(row.getColumn(0).getInt64());
    });
}

}  // namespace spillgate::online
