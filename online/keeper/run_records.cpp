#include "online/keeper/run_records.hpp"

#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "online/keeper/desk.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

constexpr std::size_t max_note_bytes = 4096;

// NULL if absent.
void bind_or_null(SQLite::Statement& statement, int place, const std::optional<double>& value) {
    if (value)
        statement.bind(place, *value);
    else
        statement.bind(place);
}

std::optional<double> number(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getDouble();
}

std::uint32_t run_of(SQLite::Statement& row) {
    return static_cast<std::uint32_t>(row.getColumn(0).getInt64());
}

// All rows of `sql`, whose two parameters are the first and the last run, each made by `row_of`.
template <class RowOf>
auto rows_of(Database& desk, const char* sql, std::uint32_t first_run, std::uint32_t last_run, RowOf row_of) {
    return desk.run([&](SQLite::Database& database) {
        auto rows = bound(database, sql, std::int64_t{first_run}, std::int64_t{last_run});
        std::vector<decltype(row_of(rows))> out;
        while (rows.executeStep())
            out.push_back(row_of(rows));
        return out;
    });
}

// The one number that `sql` gives; absent: NULL.
proto::Result<std::optional<std::uint32_t>> run_by(Database& desk, const char* sql) {
    return desk.run([&](SQLite::Database& database) -> std::optional<std::uint32_t> {
        SQLite::Statement row(database, sql);
        if (!row.executeStep() || row.getColumn(0).isNull()) return std::nullopt;
        return run_of(row);
    });
}

}  // namespace

std::vector<SidebandRow> sideband_rows(std::uint32_t run, const offline::Spectra* spectra) {
    std::vector<SidebandRow> rows;
    if (spectra == nullptr) return rows;
    for (std::size_t i = 0; i < spectra->size(); ++i) {
        const auto view = spectra->histogram(i);
        if (const auto outside = offline::sideband(view))
            rows.push_back({run, std::string(view.name), outside->in_time, outside->anti_coincident,
                            outside->alpha.value, outside->ratio, outside->sigma});
    }
    return rows;
}

proto::Status RunRecords::judge(std::uint32_t run, const std::vector<QualityRow>& rows, JudgedBy account) {
    return desk_->run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        bound(database, "DELETE FROM quality WHERE run = ?", std::int64_t{run}).exec();
        bound(database, "INSERT OR REPLACE INTO judged (run, account) VALUES (?, ?)", std::int64_t{run},
              static_cast<std::int64_t>(account))
            .exec();
        for (const QualityRow& row : rows) {
            auto insert = bound(database,
                                "INSERT OR REPLACE INTO quality (run, quantity, band, verdict, reason, "
                                "console_sha256, unit, value, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                std::int64_t{run}, row.quantity, row.band, row.verdict, row.reason,
                                row.console_sha256, row.unit);
            bind_or_null(insert, 8, row.value);
            bind_or_null(insert, 9, row.error);
            insert.exec();
        }
        transaction.commit();
    });
}

proto::Result<std::optional<JudgedBy>> RunRecords::judged_by(std::uint32_t run) {
    return desk_->run([&](SQLite::Database& database) -> std::optional<JudgedBy> {
        auto row = bound(database, "SELECT account FROM judged WHERE run = ?", std::int64_t{run});
        if (!row.executeStep()) return std::nullopt;
        return static_cast<JudgedBy>(row.getColumn(0).getInt());
    });
}

proto::Result<std::optional<std::uint32_t>> RunRecords::first_judged() {
    return run_by(*desk_, "SELECT MIN (run) FROM judged");
}

proto::Result<std::optional<std::uint32_t>> RunRecords::looked_through() {
    return run_by(*desk_, "SELECT MAX (run) FROM looked_through");
}

proto::Status RunRecords::look_through(std::uint32_t run) {
    return desk_->run([&](SQLite::Database& database) {
        bound(database, "INSERT OR REPLACE INTO looked_through (only, run) VALUES (1, ?)", std::int64_t{run})
            .exec();
    });
}

proto::Status RunRecords::keep(const std::vector<SidebandRow>& rows) {
    return desk_->run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        // A spectrum that had a row at an earlier closing may have none now.
        for (const SidebandRow& row : rows)
            bound(database, "DELETE FROM sideband WHERE run = ?", std::int64_t{row.run}).exec();
        for (const SidebandRow& row : rows) {
            auto insert = bound(database,
                                "INSERT OR REPLACE INTO sideband (run, spectrum, c, ac, alpha, ratio, sigma) "
                                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                                std::int64_t{row.run}, row.spectrum, static_cast<std::int64_t>(row.c),
                                static_cast<std::int64_t>(row.ac));
            bind_or_null(insert, 5, row.alpha);
            bind_or_null(insert, 6, row.ratio);
            bind_or_null(insert, 7, row.sigma);
            insert.exec();
        }
        transaction.commit();
    });
}

proto::Status RunRecords::add(const RunNote& note) {
    if (note.text.empty() || note.text.size() > max_note_bytes)
        return error(ErrorKind::CONFIG, fmt::format("a note has {} bytes; allowed are 1 to {}",
                                                    note.text.size(), max_note_bytes));
    return desk_->run([&](SQLite::Database& database) {
        bound(database, "INSERT INTO run_note (run, utc_ns, person, text) VALUES (?, ?, ?, ?)",
              std::int64_t{note.run}, note.utc_ns, note.person, note.text)
            .exec();
    });
}

proto::Result<std::vector<QualityRow>> RunRecords::quality(std::uint32_t first_run, std::uint32_t last_run) {
    return rows_of(
        *desk_,
        "SELECT run, quantity, value, band, verdict, reason, console_sha256, error, unit FROM quality WHERE "
        "run BETWEEN ? AND ? ORDER BY run, quantity",
        first_run, last_run, [](SQLite::Statement& row) {
            return QualityRow{run_of(row),
                              row.getColumn(1).getString(),
                              number(row.getColumn(2)),
                              row.getColumn(3).getString(),
                              row.getColumn(4).getString(),
                              row.getColumn(5).getString(),
                              row.getColumn(6).getString(),
                              number(row.getColumn(7)),
                              row.getColumn(8).getString()};
        });
}

proto::Result<std::vector<SidebandRow>> RunRecords::sideband(std::uint32_t first_run,
                                                             std::uint32_t last_run) {
    return rows_of(*desk_,
                   "SELECT run, spectrum, c, ac, alpha, ratio, sigma FROM sideband WHERE run BETWEEN ? AND ? "
                   "ORDER BY run, spectrum",
                   first_run, last_run, [](SQLite::Statement& row) {
                       return SidebandRow{run_of(row),
                                          row.getColumn(1).getString(),
                                          static_cast<std::uint64_t>(row.getColumn(2).getInt64()),
                                          static_cast<std::uint64_t>(row.getColumn(3).getInt64()),
                                          number(row.getColumn(4)),
                                          number(row.getColumn(5)),
                                          number(row.getColumn(6))};
                   });
}

proto::Result<std::vector<RunNote>> RunRecords::notes(std::uint32_t first_run, std::uint32_t last_run) {
    return rows_of(*desk_,
                   "SELECT run, utc_ns, person, text FROM run_note WHERE run BETWEEN ? AND ? ORDER BY number",
                   first_run, last_run, [](SQLite::Statement& row) {
                       return RunNote{run_of(row), row.getColumn(1).getInt64(), row.getColumn(2).getString(),
                                      row.getColumn(3).getString()};
                   });
}

}  // namespace spillgate::online
