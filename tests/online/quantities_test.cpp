#include "online/keeper/quantities.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "online/alarms/alarm_table.hpp"
#include "online/alarms/built_in_rules.hpp"
#include "online/keeper/losses.hpp"
#include "proto/console_loader.hpp"

using namespace spillgate;
using online::Quantities;

namespace {

constexpr double now_s = 1'700'000'000;

std::int64_t ns(double seconds) {
    return static_cast<std::int64_t>(seconds * 1e9);
}

// A lead that was heard at `heard_s`.
std::pair<online::Snapshot, std::shared_ptr<wire::DaemonStatus>> one_daemon(double heard_s) {
    auto status = std::make_shared<wire::DaemonStatus>();
    status->set_state(wire::RUNNING);
    status->set_mark_rate_hz(60);
    status->set_runs_dir("runs");
    status->set_disk_free_bytes(1000);
    online::Snapshot snapshot;
    snapshot.daemons.push_back({"daq", true, ns(heard_s), status});
    return {snapshot, status};
}

bool has(const Quantities& quantities, const std::string& name) {
    return std::ranges::any_of(quantities, [&](const auto& one) { return one.name == name; });
}

// NaN: known by name, without a value.
double value(const Quantities& quantities, const std::string& name) {
    CAPTURE(name);
    const auto found = std::ranges::find_if(quantities, [&](const auto& one) { return one.name == name; });
    REQUIRE(found != quantities.end());
    return found->value.value_or(std::nan(""));
}

}  // namespace

TEST_CASE("a snapshot's quantities have the names, units and values that history and alarms go by") {
    auto [snapshot, status] = one_daemon(now_s - 1);
    auto& buffer = *status->add_buffers();
    buffer.set_name("recorder");
    buffer.set_used(3);
    buffer.set_capacity(4);
    auto& slow = *status->add_slow_values();
    slow.set_name("hv");
    slow.set_unit("V");
    slow.set_value(1300);
    slow.set_state(wire::SlowValue::ALARM);
    status->add_slow_values()->set_name("level");  // stale
    auto& device = *status->add_devices();
    device.set_name("SIS3316");
    device.set_lost(true);
    const auto all = online::quantities_of(snapshot, now_s);
    CHECK(value(all, "daq.mark_rate_hz") == 60);
    CHECK(value(all, "daq.silence_s") == Approx(1).epsilon(1e-6));
    CHECK(value(all, "daq.buffer.recorder") == 0.75);
    CHECK(value(all, "device.daq.SIS3316.lost") == 1);
    CHECK(value(all, "slow.hv") == 1300);
    CHECK(value(all, "slow_state.hv") == 2);
    CHECK(std::isnan(value(all, "slow.level")));
    CHECK(std::isnan(value(all, "slow_state.level")));
    CHECK(value(all, "disk.free_bytes") == 1000);
    CHECK(std::isnan(value(all, "online.latency_p99_ms")));
    CHECK_FALSE(has(all, "beam.charge_uc"));
    CHECK(online::in_run(snapshot));
}

TEST_CASE("of a daemon that is silent nothing is known but its silence") {
    auto [snapshot, status] = one_daemon(now_s - 30);
    auto& slow = *status->add_slow_values();
    slow.set_name("hv");
    slow.set_value(1300);
    slow.set_state(wire::SlowValue::OK);
    const auto all = online::quantities_of(snapshot, now_s);
    CHECK(value(all, "daq.silence_s") == Approx(30).epsilon(1e-6));
    CHECK_FALSE(has(all, "daq.mark_rate_hz"));
    CHECK(std::isnan(value(all, "slow.hv")));
    CHECK(std::isnan(value(all, "slow_state.hv")));
    CHECK(std::isnan(value(all, "disk.free_bytes")));
}

TEST_CASE("losses become rates of the last minute, what was counted before online began is none") {
    online::QuantityRates rates;
    auto [snapshot, status] = one_daemon(now_s);
    status->mutable_run()->mutable_ledger()->set_lost_disk(500);
    CHECK(value(rates.of(snapshot, now_s), "loss.lost-disk_per_min") == 0);
    status->mutable_run()->mutable_ledger()->set_lost_disk(507);
    auto& buffer = *status->add_buffers();
    buffer.set_name("recorder");
    buffer.set_dropped(2);
    auto now = rates.of(snapshot, now_s + 1);
    CHECK(value(now, "loss.lost-disk_per_min") == 7);
    CHECK(value(now, "loss.dropped-recorder_per_min") == 2);
    // A new run counts from the start.
    status->mutable_run()->mutable_ledger()->set_lost_disk(3);
    CHECK(value(rates.of(snapshot, now_s + 30), "loss.lost-disk_per_min") == 10);
    CHECK(value(rates.of(snapshot, now_s + 62), "loss.lost-disk_per_min") == 3);
    CHECK(value(rates.of(snapshot, now_s + 100), "loss.lost-disk_per_min") == 0);
}

TEST_CASE("what was lost on its way from several daemons is one loss, and a rate only while it grows") {
    online::QuantityRates rates;
    auto snapshot = one_daemon(now_s).first;
    snapshot.run.streams.resize(2);
    auto& streams = snapshot.run.streams;
    streams[0].lost = 5;
    streams[1].lost = 3;
    streams[1].unreadable = 1;
    const auto losses = online::losses_of(snapshot);
    REQUIRE(losses.size() == 2);
    CHECK(losses[0].where == "online");
    CHECK(losses[0].name == "lost live");
    CHECK(losses[0].value == 8);
    CHECK(losses[1].value == 1);
    rates.of(snapshot, now_s);
    streams[1].lost = 4;
    CHECK(value(rates.of(snapshot, now_s + 1), "loss.lost-live_per_min") == 1);
    for (int second = 2; second < 62; ++second)
        rates.of(snapshot, now_s + second);
    const auto later = rates.of(snapshot, now_s + 62);
    CHECK(value(later, "loss.lost-live_per_min") == 0);
    CHECK(value(later, "loss.unreadable_per_min") == 0);
}

TEST_CASE("dead time is a share of the windows of the last minute, and unknown without any") {
    online::QuantityRates rates;
    auto snapshot = one_daemon(now_s).first;
    const auto at = [&](double utc_s, std::uint32_t number, std::int64_t live, std::int64_t dead) {
        auto run = std::make_shared<wire::RunDescription>();
        run->set_number(number);
        run->mutable_ledger()->set_in_time_roi_ticks(live);
        run->mutable_ledger()->set_in_time_dead_ticks(dead);
        snapshot.run.description = run;
        return rates.of(snapshot, utc_s);
    };
    CHECK(std::isnan(value(rates.of(snapshot, now_s), "dead.in_time")));
    CHECK(std::isnan(value(at(now_s, 7, 1000, 1000), "dead.in_time")));
    auto now = at(now_s + 10, 7, 1075, 1025);
    CHECK(value(now, "dead.in_time") == 0.25);
    CHECK(std::isnan(value(now, "dead.anti_coincident")));
    at(now_s + 50, 7, 1175, 1025);
    CHECK(value(at(now_s + 71, 7, 1175, 1125), "dead.in_time") == 1.0);        // since 50 s
    CHECK(std::isnan(value(at(now_s + 140, 7, 1175, 1125), "dead.in_time")));  // none came
    CHECK(std::isnan(value(at(now_s + 141, 8, 2000, 0), "dead.in_time")));     // a new run
    CHECK(value(at(now_s + 142, 8, 3000, 0), "dead.in_time") == 0);
}

TEST_CASE("of several disks the fullest counts, and the one that is full first") {
    auto [snapshot, status] = one_daemon(now_s - 1);
    CHECK(std::isnan(value(online::quantities_of(snapshot, now_s), "disk.time_to_full_s")));
    auto east = std::make_shared<wire::DaemonStatus>();
    east->set_disk_free_bytes(700);
    snapshot.daemons.push_back({"east", false, ns(now_s - 1), east, 7200.0});
    snapshot.daemons.front().disk_full_in_s = 3000.0;
    auto all = online::quantities_of(snapshot, now_s);
    CHECK(value(all, "disk.free_bytes") == 700);
    CHECK(value(all, "disk.time_to_full_s") == 3000);
    snapshot.daemons.front().heard_utc_ns = ns(now_s - 30);
    all = online::quantities_of(snapshot, now_s);
    CHECK(value(all, "disk.time_to_full_s") == 7200);
}

TEST_CASE(
    "every alarm that needs no configuration, and every one of the demo, watches a quantity that there is") {
    auto [snapshot, status] = one_daemon(now_s);
    auto& buffer = *status->add_buffers();
    buffer.set_name("recorder");
    buffer.set_capacity(4);
    buffer.set_dropped(1);
    status->mutable_run()->mutable_ledger()->set_lost_disk(1);
    status->add_devices()->set_name("SIS3316");
    status->add_clock_ties()->set_locked(true);
    status->add_slow_values()->set_name("hv");
    auto trend = std::make_shared<std::vector<online::TrendPoint>>();
    trend->push_back({now_s});
    snapshot.trend = trend;
    auto all = online::quantities_of(snapshot, now_s);
    for (const auto& rate : online::QuantityRates().of(snapshot, now_s))
        all.push_back(rate);
    all.push_back({"console.history_off", "", 0.0});  // of the keeper itself
    all.push_back({"console.logbook_off", "", 0.0});
    all.push_back({"quality.bad", "", 0.0});
    const auto console = proto::load_console(SPILLGATE_SOURCE_DIR "/config/demo-console.txtpb").value();
    const auto rules = online::all_rules(console.console, 1000);
    CHECK(rules.size() > 12);
    for (const auto& rule : rules) {
        CAPTURE(rule.name(), rule.quantity());
        CHECK(std::ranges::any_of(
            all, [&](const auto& one) { return online::matches(rule.quantity(), one.name); }));
        CHECK_FALSE(rule.help().empty());
    }
}
