#include "online/live_trend.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace spillgate;
using namespace std::chrono_literals;
using online::LiveTrend;
using online::TrendPoint;

namespace {

wire::DaemonStatus lead_of(std::uint32_t run, std::uint64_t slots, std::uint64_t missed,
                           wire::State state = wire::RUNNING) {
    wire::DaemonStatus status;
    status.set_state(state);
    status.set_mark_rate_hz(60);
    status.mutable_run()->set_number(run);
    auto& ledger = *status.mutable_run()->mutable_ledger();
    ledger.set_slots(slots);
    ledger.set_spills(slots);
    ledger.set_mark_missed(missed);
    ledger.set_charge_measured_pc(static_cast<std::int64_t>(slots) * 23'000'000);
    return status;
}

// A trend, and time that goes on by two seconds a point.
struct Watched {
    LiveTrend trend;
    LiveTrend::Clock::time_point now = LiveTrend::Clock::now();

    explicit Watched(LiveTrend::Filled filled = {}) { trend.begin(nullptr, now, filled); }
    TrendPoint after(const wire::DaemonStatus& lead, LiveTrend::Filled filled = {}) {
        trend.take(now += 2s, &lead, filled);
        return trend.points()->back();
    }
};

}  // namespace

TEST_CASE("a point of the trend has what a second has brought to the ledger and to the spectra") {
    Watched watched;
    const auto first = watched.after(lead_of(7, 100, 5), {7, 98});
    CHECK(first.mark_rate_hz == 60);
    CHECK(std::isnan(first.missed_per_s));  // since when is not known
    CHECK(std::isnan(first.charge_uc));
    const auto next = watched.after(lead_of(7, 220, 11), {7, 218});
    CHECK(next.missed_per_s == 3);
    CHECK(next.slot_rate_hz == 60);
    CHECK(next.charge_uc == Approx(23));
    CHECK(watched.trend.points()->size() == 2);
}

TEST_CASE("of a lead that is silent the trend has no point, and what came meanwhile is no second's") {
    Watched watched;
    watched.after(lead_of(7, 100, 5));
    watched.trend.take(watched.now += 2s, nullptr, {7, 100});
    CHECK(watched.trend.points()->size() == 1);
    const auto again = watched.after(lead_of(7, 1000, 800), {7, 220});
    CHECK(std::isnan(again.missed_per_s));
    CHECK(again.slot_rate_hz == 60);
}

TEST_CASE("where no data is taken nobody looks for marks: none is missed, but none is known not to be") {
    Watched watched;
    watched.after(lead_of(7, 100, 5));
    const auto ended = watched.after(lead_of(7, 100, 5, wire::CONFIGURED));
    CHECK(std::isnan(ended.missed_per_s));
    CHECK(std::isnan(ended.mark_rate_hz));
    CHECK(watched.after(lead_of(7, 100, 5, wire::PAUSED_STATE)).missed_per_s == Approx(0));
}

TEST_CASE("ledgers of two runs are not compared, whichever has more of what") {
    Watched watched;
    watched.after(lead_of(7, 100, 5));
    const auto next = watched.after(lead_of(8, 120, 0), {8, 120});
    CHECK(std::isnan(next.missed_per_s));
    CHECK(std::isnan(next.charge_uc));
    CHECK(next.slot_rate_hz == 60);
    CHECK(watched.after(lead_of(8, 240, 2), {8, 240}).missed_per_s == 1);
    // A ledger never counts back; one that does is another's.
    CHECK(std::isnan(watched.after(lead_of(8, 360, 1), {8, 360}).missed_per_s));
}

TEST_CASE("slots that were there at the begin, or were taken back, are in no rate") {
    Watched watched({7, 50'000});
    CHECK(watched.after(lead_of(7, 100, 5), {7, 50'120}).slot_rate_hz == 60);
    CHECK(std::isnan(watched.after(lead_of(7, 100, 5), {7, 50'100}).slot_rate_hz));
    CHECK(watched.after(lead_of(7, 100, 5), {7, 50'160}).slot_rate_hz == 30);
}

TEST_CASE("the trend goes on after another's points, and keeps a quarter of an hour") {
    auto before = std::make_shared<std::vector<TrendPoint>>(900);
    before->back().utc_s = 5;
    LiveTrend trend;
    auto now = LiveTrend::Clock::now();
    trend.begin(before, now, {});
    CHECK(trend.points() == before);
    const auto lead = lead_of(7, 0, 0);
    trend.take(now += 1s, &lead, {});
    REQUIRE(trend.points()->size() == 900);
    CHECK((*trend.points())[898].utc_s == 5);
    CHECK(before->back().utc_s == 5);
}
