#include "online/history/history.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;

constexpr std::size_t levels = history_level_s.size();
constexpr std::array<std::int64_t, levels> stretches{1, 6, 60, 720};  // of the finest level, in one point
constexpr double seconds_per_day = 86400;
constexpr std::size_t max_points_allowed = 100'000;

constexpr std::array migrations{
    "CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL);"
    "CREATE TABLE point (level INTEGER, series INTEGER, bin INTEGER, n INTEGER NOT NULL, v BLOB NOT NULL, "
    "PRIMARY KEY (level, series, bin)) WITHOUT ROWID;"};

using Packed = std::array<float, 3>;  // mean, low, high

Packed packed(const HistoryBin& bin) {
    return {static_cast<float>(bin.mean), static_cast<float>(bin.low), static_cast<float>(bin.high)};
}

// Columns bin, n, v.
HistoryBin bin_of(SQLite::Statement& row) {
    HistoryBin bin;
    bin.index = row.getColumn(0).getInt64();
    bin.n = static_cast<std::uint64_t>(row.getColumn(1).getInt64());
    const auto bytes = row.getColumn(2);
    Packed values{};
    if (bytes.getBytes() != sizeof values)
        throw proto::Failure(error(ErrorKind::CORRUPT, "a point of the history has the wrong length"));
    std::memcpy(values.data(), bytes.getBlob(), sizeof values);
    bin.mean = values[0];
    bin.low = values[1];
    bin.high = values[2];
    return bin;
}

void bind_place(SQLite::Statement& statement, std::size_t level, std::int64_t series, std::int64_t bin) {
    statement.bind(1, static_cast<int>(level));
    statement.bind(2, series);
    statement.bind(3, bin);
}

// What is stored there; n == 0: nothing.
HistoryBin stored(SQLite::Statement& select, std::size_t level, std::int64_t series, std::int64_t bin) {
    select.reset();
    bind_place(select, level, series, bin);
    HistoryBin found;
    if (select.executeStep()) found = bin_of(select);
    found.index = bin;
    return found;
}

void store(SQLite::Statement& replace, std::size_t level, std::int64_t series, const HistoryBin& bin) {
    const Packed values = packed(bin);
    replace.reset();
    bind_place(replace, level, series, bin.index);
    replace.bind(4, static_cast<std::int64_t>(bin.n));
    replace.bind(5, values.data(), sizeof values);
    replace.exec();
}

// Of stretches that are `together` times as long; one without any values stays a gap.
std::vector<HistoryBin> merged(const std::vector<HistoryBin>& bins, std::int64_t together) {
    std::vector<HistoryBin> out;
    for (HistoryBin bin : bins) {
        bin.index /= together;
        if (out.empty() || out.back().index != bin.index)
            out.push_back(bin);
        else
            out.back().merge(bin);
    }
    return out;
}

}  // namespace

History::History(Database database, const config::HistoryKept& kept)
    : database_(std::move(database)),
      kept_s_{kept.ten_seconds_days() * seconds_per_day, kept.minutes_days() * seconds_per_day,
              kept.ten_minutes_days() * seconds_per_day} {}

proto::Result<History> History::open(const std::string& path, const config::HistoryKept& kept) {
    auto database = Database::open(path, Database::Durability::CHECKPOINTS, migrations);
    if (!database) return database.error();
    History history(std::move(*database), kept);
    if (auto loaded = history.load_series(); !loaded) return loaded.error();
    return history;
}

proto::Status History::load_series() {
    return database_.run([this](SQLite::Database& database) {
        SQLite::Statement rows(database, "SELECT id, name, unit FROM series");
        while (rows.executeStep()) {
            Series& one = series_[rows.getColumn(1).getString()];
            one.id = rows.getColumn(0).getInt64();
            one.unit = rows.getColumn(2).getString();
        }
    });
}

History::Series* History::series_of(const Quantity& quantity) {
    const auto found = series_.find(quantity.name);
    if (found != series_.end()) return &found->second;
    if (series_.size() >= max_series) return nullptr;
    Series& added = series_[quantity.name];
    added.unit = quantity.unit;
    return &added;
}

proto::Status History::put(double utc_s, const Quantities& quantities) {
    const auto index = static_cast<std::int64_t>(std::floor(utc_s / history_level_s[0]));
    proto::Status status;
    if (index != static_cast<std::int64_t>(std::floor(now_s_ / history_level_s[0]))) status = flush();
    now_s_ = utc_s;
    for (const Quantity& quantity : quantities) {
        if (!quantity.value || !std::isfinite(*quantity.value)) continue;
        Series* series = series_of(quantity);
        if (series == nullptr) {
            ++counts_.series_refused;
            continue;
        }
        ++counts_.values;
        series->open.index = index;
        series->open.add(*quantity.value);
    }
    return status;
}

proto::Status History::flush() {
    std::vector<Series*> filled;
    std::vector<std::pair<const std::string*, Series*>> fresh;
    for (auto& [name, series] : series_) {
        if (series.open.n == 0) continue;
        filled.push_back(&series);
        if (series.id == 0) fresh.emplace_back(&name, &series);
    }
    if (filled.empty()) return {};
    auto status = database_.run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        add_series(database, fresh);
        write(database, filled);
        transaction.commit();
    });
    if (status) ++counts_.commits;
    for (Series* series : filled) {
        if (!status) {
            counts_.values_not_written += series->open.n;
            series->last.fill({});  // holds what was not committed
        }
        series->open = {};
    }
    if (!status) {
        for (const auto& [name, series] : fresh)
            series->id = 0;
    }
    return status;
}

void History::add_series(SQLite::Database& database,
                         const std::vector<std::pair<const std::string*, Series*>>& fresh) {
    SQLite::Statement insert(database, "INSERT INTO series (name, unit) VALUES (?, ?)");
    for (const auto& [name, series] : fresh) {
        insert.reset();
        insert.bind(1, *name);
        insert.bind(2, series->unit);
        insert.exec();
        series->id = database.getLastInsertRowid();
    }
}

// Every level at once: then nothing is lost when finer points are deleted, and a crash costs ten seconds.
void History::write(SQLite::Database& database, const std::vector<Series*>& filled) {
    SQLite::Statement select(database,
                             "SELECT bin, n, v FROM point WHERE level = ? AND series = ? AND bin = ?");
    SQLite::Statement replace(database, "INSERT OR REPLACE INTO point VALUES (?, ?, ?, ?, ?)");
    for (Series* series : filled) {
        for (std::size_t level = 0; level < levels; ++level) {
            HistoryBin& last = series->last[level];
            const std::int64_t index = series->open.index / stretches[level];
            if (last.n == 0 || last.index != index) last = stored(select, level, series->id, index);
            last.merge(series->open);
            store(replace, level, series->id, last);
        }
    }
}

double History::kept_since(std::size_t level) const {
    if (level >= kept_s_.size()) return std::numeric_limits<double>::lowest();
    return now_s_ - kept_s_[level];
}

std::size_t History::level_for(double span_s, double from_utc_s, std::size_t max_points) const {
    for (std::size_t level = 0; level + 1 < levels; ++level) {
        const bool few = span_s / history_level_s[level] <= static_cast<double>(max_points);
        if (few && from_utc_s >= kept_since(level)) return level;
    }
    return levels - 1;
}

proto::Result<Curve> History::read(std::string_view name, double from_utc_s, double to_utc_s,
                                   std::size_t max_points) {
    const auto found = series_.find(name);
    if (found == series_.end())
        return error(ErrorKind::NOT_FOUND, fmt::format("there is no series '{}' in the history", name));
    if (!(from_utc_s >= 0 && from_utc_s < to_utc_s && to_utc_s < 1e12))
        return error(ErrorKind::CONFIG,
                     fmt::format("from = {} must be before to = {}, UTC in seconds", from_utc_s, to_utc_s));
    if (max_points < 1 || max_points > max_points_allowed)
        return error(ErrorKind::CONFIG,
                     fmt::format("points = {}; allowed are 1 to {}", max_points, max_points_allowed));
    const Series& series = found->second;
    return database_.run([&](SQLite::Database& database) {
        SQLite::Statement first(database, "SELECT MIN(bin) FROM point WHERE level = ? AND series = ?");
        first.bind(1, static_cast<int>(levels - 1));
        first.bind(2, series.id);
        if (first.executeStep() && !first.getColumn(0).isNull())
            from_utc_s = std::max(
                from_utc_s, static_cast<double>(first.getColumn(0).getInt64()) * history_level_s.back());
        const std::size_t level = level_for(to_utc_s - from_utc_s, from_utc_s, max_points);
        const double width_s = history_level_s[level];
        const auto begin = static_cast<std::int64_t>(std::floor(from_utc_s / width_s));
        const auto end = static_cast<std::int64_t>(std::ceil(to_utc_s / width_s));
        SQLite::Statement rows(database,
                               "SELECT bin, n, v FROM point WHERE level = ? AND series = ? AND bin >= ? AND "
                               "bin < ? ORDER BY bin");
        bind_place(rows, level, series.id, begin);
        rows.bind(4, end);
        std::vector<HistoryBin> bins;
        while (rows.executeStep())
            bins.push_back(bin_of(rows));
        HistoryBin open = series.open;  // not written yet
        open.index /= stretches[level];
        if (open.n > 0 && open.index >= begin && open.index < end) {
            if (!bins.empty() && bins.back().index == open.index)
                bins.back().merge(open);
            else if (bins.empty() || bins.back().index < open.index)
                bins.push_back(open);
        }
        const auto most = static_cast<std::int64_t>(max_points);
        const std::int64_t together = level + 1 < levels ? 1 : (end - begin + most - 1) / most;
        Curve curve{found->first, series.unit, width_s * static_cast<double>(together), {}};
        for (const HistoryBin& bin : merged(bins, together))
            curve.points.push_back(
                {(static_cast<double>(bin.index) + 0.5) * curve.level_s, bin.n, bin.mean, bin.low, bin.high});
        return curve;
    });
}

std::vector<SeriesName> History::series() const {
    std::vector<SeriesName> names;
    names.reserve(series_.size());
    for (const auto& [name, series] : series_)
        names.push_back({name, series.unit});
    return names;
}

proto::Result<bool> History::thin(double utc_s) {
    return database_.run([&](SQLite::Database& database) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement remove(
            database,
            "DELETE FROM point WHERE level = ?1 AND series = ?2 AND bin IN (SELECT bin "
            "FROM point WHERE level = ?1 AND series = ?2 AND bin < ?3 ORDER BY bin LIMIT ?4)");
        std::size_t left = thinned_at_once;
        for (std::size_t level = 0; level < kept_s_.size() && left > 0; ++level) {
            const auto before =
                static_cast<std::int64_t>(std::floor((utc_s - kept_s_[level]) / history_level_s[level]));
            for (auto& [name, series] : series_) {
                if (left == 0) break;
                remove.reset();
                bind_place(remove, level, series.id, before);
                remove.bind(4, static_cast<std::int64_t>(left));
                left -= static_cast<std::size_t>(remove.exec());
            }
        }
        transaction.commit();
        counts_.points_thinned += thinned_at_once - left;
        return left == 0;
    });
}

}  // namespace spillgate::online
