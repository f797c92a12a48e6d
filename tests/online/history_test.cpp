#include "online/history/history.hpp"

#include <cmath>
#include <csignal>
#include <random>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::History;
using online::HistoryBin;
using proto::ErrorKind;
using proto::testing::TemporaryDirectory;

namespace {

constexpr double begin_s = 1'700'006'400;  // at a boundary of two hours
constexpr double two_hours_s = 7200;
constexpr double day_s = 86400;

History open(const TemporaryDirectory& directory, const config::HistoryKept& kept = {}) {
    return History::open(directory.path() + "/history.sqlite", kept).value();
}

online::Quantities rate(std::optional<double> value) {
    return {{"beam.mark_rate_hz", "Hz", value}};
}

// All points of a range as one.
HistoryBin sum(const online::Curve& curve) {
    HistoryBin all;
    for (const auto& point : curve.points)
        all.merge({0, point.n, point.mean, point.low, point.high});
    return all;
}

// Takes room on the file system away from this process while it lives.
class NoRoom {
  public:
    NoRoom() : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &limit_);
        auto none = limit_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~NoRoom() {
        ::setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, before_);
    }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;

  private:
    void (*before_)(int);
    rlimit limit_{};
};

}  // namespace

TEST_CASE("the history keeps mean, low and high of every stretch at every level") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    for (int second = 0; second < 7200; ++second)
        REQUIRE(history.put(begin_s + second, rate(second == 4000 ? 1000.0 : 60.0)).has_value());
    for (const std::size_t points : {720u, 120u, 12u, 1u}) {
        const auto curve = history.read("beam.mark_rate_hz", begin_s, begin_s + two_hours_s, points).value();
        CAPTURE(points, curve.level_s);
        CHECK(curve.points.size() == points);
        CHECK(curve.level_s == two_hours_s / static_cast<double>(points));
        CHECK(curve.unit == "Hz");
        const auto all = sum(curve);
        CHECK(all.n == 7200);
        CHECK(all.low == 60);
        CHECK(all.high == 1000);
        CHECK(all.mean == Approx(60 + 940.0 / 7200).epsilon(1e-6));
    }
}

TEST_CASE("a value that is not known or not finite is no point, and a silence leaves a gap") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    REQUIRE(history.put(begin_s, rate({})).has_value());
    CHECK(history.series().empty());
    REQUIRE(history.put(begin_s, rate(60)).has_value());
    REQUIRE(history.put(begin_s + 10, rate(std::nan(""))).has_value());
    REQUIRE(history.put(begin_s + 20, rate(HUGE_VAL)).has_value());
    REQUIRE(history.put(begin_s + 60, rate(61)).has_value());
    const auto curve = history.read("beam.mark_rate_hz", begin_s, begin_s + 100, 100).value();
    REQUIRE(curve.points.size() == 2);
    CHECK(curve.points[0].utc_s == begin_s + 5);
    CHECK(curve.points[0].mean == 60);
    CHECK(curve.points[1].utc_s == begin_s + 65);
    CHECK(curve.points[1].mean == 61);
    CHECK(history.read("beam.mark_rate_hz", begin_s + 20, begin_s + 50, 100)->points.empty());
}

TEST_CASE("a restart in the middle of a stretch continues it") {
    const TemporaryDirectory directory;
    {
        auto history = open(directory);
        REQUIRE(history.put(begin_s, rate(10)).has_value());
        REQUIRE(history.put(begin_s + 1, rate(20)).has_value());
        REQUIRE(history.flush().has_value());
    }
    auto history = open(directory);
    REQUIRE(history.put(begin_s + 5, rate(60)).has_value());
    REQUIRE(history.flush().has_value());
    for (const std::size_t points : {1000u, 1u}) {
        const auto all =
            sum(history.read("beam.mark_rate_hz", begin_s, begin_s + two_hours_s, points).value());
        CHECK(all.n == 3);
        CHECK(all.mean == Approx(30));
        CHECK(all.low == 10);
        CHECK(all.high == 60);
    }
}

TEST_CASE("thinning keeps low, high and the mean weighted by n, of any values", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    config::HistoryKept kept;
    kept.set_ten_seconds_days(0.02);
    kept.set_minutes_days(0.1);
    kept.set_ten_minutes_days(0.5);
    for (int round = 0; round < 5; ++round) {
        const TemporaryDirectory directory;
        auto history = open(directory, kept);
        std::normal_distribution<double> value(100, 30);
        std::exponential_distribution<double> step(1.0 / 40);
        HistoryBin all;
        double utc_s = begin_s;
        for (; utc_s < begin_s + day_s; utc_s += step(random)) {
            // Kept as float32.
            const double drawn = static_cast<float>(value(random));
            REQUIRE(history.put(utc_s, rate(drawn)).has_value());
            all.add(drawn);
        }
        REQUIRE(history.flush().has_value());
        const auto before = history.counts().points_thinned;
        while (history.thin(utc_s).value()) {
        }
        CHECK(history.counts().points_thinned > before);
        const auto curve = history.read("beam.mark_rate_hz", begin_s, utc_s, 10'000).value();
        CHECK(curve.level_s == two_hours_s);  // nothing finer reaches back so far
        const auto thinned = sum(curve);
        CHECK(thinned.n == all.n);
        CHECK(thinned.low == all.low);
        CHECK(thinned.high == all.high);
        CHECK(thinned.mean == Approx(all.mean).epsilon(1e-6));
        // The last half hour is still there in full.
        const auto recent = history.read("beam.mark_rate_hz", utc_s - 1000, utc_s, 1000).value();
        CHECK(recent.level_s == 10);
        CHECK_FALSE(recent.points.empty());
    }
}

TEST_CASE("one thinning deletes a bounded number of points and says that there are more") {
    const TemporaryDirectory directory;
    config::HistoryKept kept;
    kept.set_ten_seconds_days(0.01);
    auto history = open(directory, kept);
    for (int point = 0; point < 6000; ++point)
        REQUIRE(history.put(begin_s + 10.0 * point, rate(60)).has_value());
    REQUIRE(history.flush().has_value());
    const double much_later = begin_s + day_s;
    CHECK(history.thin(much_later).value());
    CHECK(history.counts().points_thinned == History::thinned_at_once);
    CHECK_FALSE(history.thin(much_later).value());
    CHECK(history.counts().points_thinned == 6000);
}

TEST_CASE("more points than asked for are merged at the coarsest level, spikes and gaps and all") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    for (int point = 0; point < 100; ++point)
        REQUIRE(history.put(begin_s + two_hours_s * point, rate(point == 50 ? 7 : 60)).has_value());
    // A year later, after months of which nothing is known.
    const double later_s = begin_s + 4380 * two_hours_s;
    for (int point = 0; point < 100; ++point)
        REQUIRE(history.put(later_s + two_hours_s * point, rate(50)).has_value());
    const auto year = history.read("beam.mark_rate_hz", begin_s, later_s + 100 * two_hours_s, 100).value();
    CHECK(year.points.size() <= 100);
    CHECK(year.level_s >= 45 * two_hours_s);
    CHECK(sum(year).n == 200);
    std::size_t gaps = 0;
    for (std::size_t i = 1; i < year.points.size(); ++i) {
        const double step_s = year.points[i].utc_s - year.points[i - 1].utc_s;
        CAPTURE(i, step_s, year.level_s);
        gaps += step_s > 2.5 * year.level_s;
        CHECK(step_s >= year.level_s);
    }
    CHECK(gaps == 1);
    const auto curve = history.read("beam.mark_rate_hz", begin_s, begin_s + 100 * two_hours_s, 9).value();
    CHECK(curve.points.size() <= 9);
    CHECK(sum(curve).n == 100);
    CHECK(sum(curve).low == 7);
}

TEST_CASE("a clock that is set back adds to what is there") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    for (const double at : {0.0, 20.0, 1.0, 40.0})
        REQUIRE(history.put(begin_s + at, rate(at)).has_value());
    const auto curve = history.read("beam.mark_rate_hz", begin_s, begin_s + 100, 100).value();
    REQUIRE(curve.points.size() == 3);
    CHECK(curve.points[0].n == 2);
    CHECK(curve.points[0].mean == 0.5);
}

TEST_CASE("without room the history loses what it could not write, counts it, and goes on later") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    REQUIRE(history.put(begin_s, rate(1)).has_value());
    REQUIRE(history.flush().has_value());
    {
        const NoRoom full;
        REQUIRE(history.put(begin_s + 10, rate(2)).has_value());
        REQUIRE(history.put(begin_s + 10, {{"disk.free_bytes", "B", 0}}).has_value());
        REQUIRE_FALSE(history.flush().has_value());
    }
    CHECK(history.counts().values_not_written == 2);
    REQUIRE(history.put(begin_s + 20, rate(3)).has_value());
    REQUIRE(history.put(begin_s + 20, {{"disk.free_bytes", "B", 5}}).has_value());
    REQUIRE(history.flush().has_value());
    const auto curve = history.read("beam.mark_rate_hz", begin_s, begin_s + 100, 100).value();
    REQUIRE(curve.points.size() == 2);
    CHECK(curve.points[1].mean == 3);
    const auto coarse = history.read("beam.mark_rate_hz", begin_s, begin_s + two_hours_s, 1).value();
    REQUIRE(coarse.points.size() == 1);
    CHECK(coarse.points[0].n == 2);
    CHECK(history.read("disk.free_bytes", begin_s, begin_s + 100, 100)->points.size() == 1);
}

TEST_CASE("series are bounded in number, and what is asked wrongly is refused in words") {
    const TemporaryDirectory directory;
    auto history = open(directory);
    online::Quantities many;
    for (std::size_t i = 0; i < History::max_series + 7; ++i)
        many.push_back({"slow." + std::to_string(i), "V", 1.0});
    REQUIRE(history.put(begin_s, many).has_value());
    CHECK(history.series().size() == History::max_series);
    CHECK(history.counts().series_refused == 7);
    CHECK(history.read("nothing", 0, 1, 10).error().kind == ErrorKind::NOT_FOUND);
    CHECK(history.read("slow.1", 5, 5, 10).error().kind == ErrorKind::CONFIG);
    CHECK(history.read("slow.1", std::nan(""), 5, 10).error().kind == ErrorKind::CONFIG);
    CHECK(history.read("slow.1", 0, 5, 0).error().kind == ErrorKind::CONFIG);
}

TEST_CASE("a history of a newer program, or a file that is none, is refused") {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/history.sqlite";
    {
        SQLite::Database newer(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        newer.exec("PRAGMA user_version = 99");
    }
    CHECK(History::open(path, {}).error().kind == ErrorKind::UNSUPPORTED);
    CHECK_FALSE(History::open(directory.path() + "/none/history.sqlite", {}).has_value());
}
