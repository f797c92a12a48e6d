// Quantities over months, in SQLite: points of 10 s, 1 min, 10 min and 2 h side by side, the finer ones kept
// for a shorter time. Each has mean, low and high of all values in it, so that no spike is thinned away. 30
// bytes a point; 200 series take 0.7 GB in the first year and 26 MB in each later one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "online/history/history_bins.hpp"
#include "online/keeper/database.hpp"
#include "online/keeper/quantity.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

struct SeriesName {
    std::string name;
    std::string unit;
};

struct HistoryPoint {
    double utc_s = 0;  // middle of its stretch of time
    std::uint64_t n = 0;
    double mean = 0;
    double low = 0;
    double high = 0;
};

struct Curve {
    std::string name;
    std::string unit;
    double level_s = 0;                // stretch of time of one point
    std::vector<HistoryPoint> points;  // in order; a missing one is a gap
};

class History {  // owns a database; one thread at a time
  public:
    static constexpr std::size_t max_series = 2000;
    static constexpr std::size_t thinned_at_once = 5000;

    struct Counts {
        std::uint64_t values = 0;              // taken
        std::uint64_t values_not_written = 0;  // of these: lost with a failed commit
        std::uint64_t series_refused = 0;      // values of series beyond max_series
        std::uint64_t points_thinned = 0;
        std::uint64_t commits = 0;
    };

    // Errors: as Database::open.
    static proto::Result<History> open(const std::string& path, const config::HistoryKept& kept);

    // Values of now, O(1) each; an absent one, and what is not finite, is no point. Ten-second stretches that
    // are over are written. Errors: DISK_FULL, IO, …: what was to be written is dropped and counted.
    proto::Status put(double utc_s, const Quantities& quantities);
    proto::Status flush();  // writes what is open as well; later values of the same stretches are merged in

    // From the finest level that has at most `max_points` for [from, to] and still reaches back to `from`, or
    // to the first point there is; of the coarsest level, neighbours are merged, and level_s is that of the
    // merged ones. A range that cuts its outermost points has one more. Errors: NOT_FOUND (series), CONFIG
    // (range or number), IO …
    proto::Result<Curve> read(std::string_view name, double from_utc_s, double to_utc_s,
                              std::size_t max_points);
    std::vector<SeriesName> series() const;

    // Deletes points that are older than their level is kept, at most thinned_at_once. True: there are more.
    proto::Result<bool> thin(double utc_s);

    const Counts& counts() const { return counts_; }
    std::size_t known_series() const { return series_.size(); }
    const Database& database() const { return database_; }

  private:
    struct Series {
        std::int64_t id = 0;
        std::string unit;
        HistoryBin open;                 // of the finest level, the same stretch in all series
        std::array<HistoryBin, 4> last;  // as written; n == 0: to be looked up
    };
    using SeriesMap = std::map<std::string, Series, std::less<>>;

    History(Database database, const config::HistoryKept& kept);
    proto::Status load_series();
    Series* series_of(const Quantity& quantity);
    static void add_series(SQLite::Database& database,
                           const std::vector<std::pair<const std::string*, Series*>>& fresh);
    static void write(SQLite::Database& database, const std::vector<Series*>& filled);
    std::size_t level_for(double span_s, double from_utc_s, std::size_t max_points) const;
    double kept_since(std::size_t level) const;

    Database database_;
    std::array<double, 3> kept_s_;  // by level; the last one stays
    SeriesMap series_;
    double now_s_ = 0;
    Counts counts_;
};

}  // namespace spillgate::online
