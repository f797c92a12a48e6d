#include "online/run/health.hpp"

#include <algorithm>
#include <functional>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "online/run/health_json.hpp"
#include "tests/online/shown_daemon.hpp"

using namespace spillgate;
using online::Light;
using State = online::Light::State;

namespace {

constexpr auto second = test::ShownDaemon::second;

// What lights are made of, all of it well: a lead and a follower, one device, one slow value.
struct Shown {
    test::ShownDaemon daemon;
    wire::DaemonStatus east;
    std::int64_t east_heard_before = 0;
    std::optional<double> disk_full_in_s;  // of the lead
    config::Config config;
    std::function<void(online::Snapshot&)> change = [](auto&) {};

    Shown() {
        config.mutable_facility()->set_repetition_hz(60);
        config.add_board()->set_id(1);
        config.mutable_board(0)->set_name("csi");
        config.mutable_slow_control()->add_value()->set_name("hv");
        auto& device = *daemon.lead.add_devices();
        device.set_board(1);
        device.set_name("csi");
        device.set_kind("sis3316");
        auto& follower = *daemon.lead.add_followers();
        follower.set_daemon("east");
        follower.set_reachable(true);
        auto& value = *daemon.lead.add_slow_values();
        value.set_name("hv");
        value.set_unit("V");
        value.set_state(wire::SlowValue::OK);
        value.set_value(1250);
        east.set_daemon("east");
        east.set_state(wire::RUNNING);
        east.mutable_run()->set_number(7);
        east.set_disk_free_bytes(600'000'000'000);
        east.set_disk_total_bytes(1'000'000'000'000);
    }
    std::vector<Light> lights() const {
        auto snapshot = daemon.snapshot();
        snapshot.daemons.front().disk_full_in_s = disk_full_in_s;
        online::DaemonView view;
        view.name = "east";
        view.heard_utc_ns = daemon.now - east_heard_before;
        view.status = std::make_shared<wire::DaemonStatus>(east);
        snapshot.daemons.push_back(view);
        change(snapshot);
        return online::lights(snapshot, daemon.strip, config, daemon.now);
    }
    Light light(const std::string& name) const {
        const auto all = lights();
        const auto found = std::ranges::find(all, name, &Light::name);
        REQUIRE(found != all.end());
        return *found;
    }
};

}  // namespace

TEST_CASE("when all is well every light is good, and each says why") {
    std::vector<std::string> names;
    for (const auto& light : Shown().lights()) {
        CAPTURE(light.name, light.reason);
        CHECK(light.state == State::GOOD);
        CHECK_FALSE(light.reason.empty());
        names.push_back(light.name);
    }
    CHECK(names == std::vector<std::string>{"daq", "east", "online", "device csi", "timing", "charge", "disk",
                                            "slow values"});
}

TEST_CASE("each trouble turns its light, with the reason in words") {
    struct Row {
        const char* light;
        void (*change)(Shown&);
        State state;
        const char* reason;  // part of it
    };
    const Row rows[] = {
        {"daq", [](Shown& s) { s.daemon.heard_before = 12 * second; }, State::BAD, "silent for 12 s"},
        {"daq", [](Shown& s) { s.daemon.heard_before = -1; }, State::BAD, "not been heard of yet"},
        {"daq",
         [](Shown& s) {
             s.daemon.lead.set_state(wire::FAULT);
             s.daemon.lead.set_fault("no end record");
         },
         State::BAD, "in fault: no end record"},
        {"daq", [](Shown& s) { s.daemon.lead.set_state(wire::IDLE); }, State::WARN, "no valid configuration"},
        {"daq", [](Shown& s) { s.daemon.lead.set_refusal("too little disk space"); }, State::WARN,
         "running, run 7; too little disk space"},
        {"daq",
         [](Shown& s) {
             auto& buffer = *s.daemon.lead.add_buffers();
             buffer.set_name("recorder");
             buffer.set_used(90);
             buffer.set_capacity(100);
         },
         State::WARN, "'recorder' is 90 % full"},
        {"daq", [](Shown& s) { s.daemon.strip.slots[3].disposition = wire::LOST_DISK; }, State::WARN,
         "1 of the last 60 slots are lost"},
        {"daq",
         [](Shown& s) {
             s.daemon.lead.set_refusal("too little disk space");
             s.daemon.strip.slots[3].disposition = wire::LOST_DISK;
         },
         State::WARN, "running, run 7; too little disk space; 1 of the last 60 slots are lost"},
        {"east", [](Shown& s) { s.east_heard_before = 5 * second; }, State::BAD, "silent for 5 s"},
        {"east", [](Shown& s) { s.daemon.lead.mutable_followers(0)->set_reachable(false); }, State::BAD,
         "does not answer the lead, daq"},
        {"online", [](Shown& s) { s.change = [](auto& shown) { shown.utc_ns -= 20 * second; }; }, State::BAD,
         "for 20 s"},
        {"online",
         [](Shown& s) {
             s.change = [](auto& shown) {
                 shown.run.phase = online::RunPhase::REFUSED;
                 shown.run.statement = "run 7 is of another configuration";
             };
         },
         State::BAD, "another configuration"},
        {"online", [](Shown& s) { s.change = [](auto& shown) { shown.checkpoint_fault = "disk is full"; }; },
         State::WARN, "no checkpoint: disk is full"},
        {"online",
         [](Shown& s) { s.change = [](auto& shown) { shown.run.streams.emplace_back().missing = 17; }; },
         State::WARN, "17 messages are still read back"},
        {"online",
         [](Shown& s) {
             s.change = [](auto& shown) {
                 shown.checkpoint_fault = "disk is full";
                 shown.to_histogram.p99_s = 2.5;
             };
         },
         State::WARN, "no checkpoint: disk is full; spectra lag: 2.5 s"},
        {"online", [](Shown& s) { s.change = [](auto& shown) { shown.to_histogram.p99_s = 2.5; }; },
         State::WARN, "2.5 s from verdict to histogram"},
        {"device csi",
         [](Shown& s) {
             auto& device = *s.daemon.lead.mutable_devices(0);
             device.set_lost(true);
             device.set_lost_for_s(12.2);
             device.set_trouble("no answer from 10.0.0.3");
         },
         State::BAD, "lost for 12 s: no answer from 10.0.0.3"},
        {"device csi", [](Shown& s) { s.daemon.lead.mutable_devices(0)->set_losses(2); }, State::WARN,
         "lost and found 2 times"},
        {"device csi", [](Shown& s) { s.daemon.lead.clear_devices(); }, State::UNKNOWN, "not read now"},
        {"device csi", [](Shown& s) { s.daemon.heard_before = 12 * second; }, State::UNKNOWN, "not read now"},
        {"timing", [](Shown& s) { s.daemon.each_slot(test::miss_mark); }, State::BAD, "marks did not come"},
        {"timing", [](Shown& s) { test::miss_mark(s.daemon.strip.slots[5]); }, State::WARN,
         "1 of the last 60 marks did not come"},
        {"timing", [](Shown& s) { s.daemon.lead.set_mark_rate_hz(57); }, State::WARN,
         "57.000 Hz where 60 Hz"},
        {"timing", [](Shown& s) { s.daemon.lead.add_clock_ties()->set_domain(3); }, State::BAD,
         "clock domain 3 is not tied"},
        {"timing", [](Shown& s) { s.daemon.lead.set_state(wire::CONFIGURED); }, State::UNKNOWN,
         "no run is on"},
        {"timing", [](Shown& s) { s.daemon.heard_before = 12 * second; }, State::UNKNOWN, "silent"},
        {"timing", [](Shown& s) { s.daemon.each_slot(test::mark_no_beam); }, State::GOOD, "60.000 Hz"},
        {"charge", [](Shown& s) { s.daemon.strip.slots[9].charge_state = wire::CHARGE_MISSING; }, State::WARN,
         "1 of the last 60 spills have no charge"},
        {"charge",
         [](Shown& s) { s.daemon.each_slot([](auto& slot) { slot.charge_state = wire::CHARGE_MISSING; }); },
         State::BAD, "60 of the last 60 spills have no charge"},
        {"charge",
         [](Shown& s) {
             s.daemon.strip.slots[0].slot = 0;
             s.daemon.strip.slots[0].charge_state = wire::CHARGE_MISSING;
         },
         State::GOOD, "all of the last 59 spills"},
        {"charge",
         [](Shown& s) {
             s.daemon.strip.slots.resize(1);
             s.daemon.strip.slots[0].slot = 0;
             s.daemon.strip.slots[0].charge_state = wire::CHARGE_MISSING;
         },
         State::UNKNOWN, "no spill but the run's first"},
        {"charge", [](Shown& s) { s.daemon.strip.slots[9].charge_state = wire::CHARGE_ESTIMATED; },
         State::WARN, "estimated or uncorrected"},
        {"charge", [](Shown& s) { s.daemon.each_slot(test::mark_no_beam); }, State::UNKNOWN,
         "no spill in the last 60"},
        {"charge", [](Shown& s) { s.daemon.strip.run = 6; }, State::UNKNOWN, "no slot of a run"},
        {"disk", [](Shown& s) { s.east.set_disk_free_bytes(5'000'000'000); }, State::WARN,
         "5 GB free of 1000 GB at east"},
        {"disk", [](Shown& s) { s.daemon.lead.set_disk_free_bytes(1'000'000); }, State::BAD,
         "runs stop below"},
        {"disk",
         [](Shown& s) {
             s.daemon.lead.set_disk_free_bytes(100'000'000'000);
             s.disk_full_in_s = 1500;
         },
         State::WARN, "full in 25 min"},
        {"disk",
         [](Shown& s) {
             s.daemon.lead.clear_disk_free_bytes();
             s.daemon.lead.clear_disk_total_bytes();
         },
         State::UNKNOWN, "does not say"},
        {"disk",
         [](Shown& s) {
             s.daemon.heard_before = 12 * second;
             s.east_heard_before = 12 * second;
         },
         State::UNKNOWN, "no daemon is heard"},
        {"slow values",
         [](Shown& s) {
             s.daemon.lead.mutable_slow_values(0)->set_state(wire::SlowValue::ALARM);
             s.daemon.lead.mutable_slow_values(0)->set_value(1320);
         },
         State::BAD, "hv is 1320 V"},
        {"slow values",
         [](Shown& s) { s.daemon.lead.mutable_slow_values(0)->set_state(wire::SlowValue::WARN); },
         State::WARN, "hv is 1250 V"},
        {"slow values",
         [](Shown& s) {
             auto& value = *s.daemon.lead.mutable_slow_values(0);
             value.set_state(wire::SlowValue::STALE);
             value.clear_value();
             value.set_trouble("not connected");
         },
         State::UNKNOWN, "hv is not known (not connected)"},
        {"slow values", [](Shown& s) { s.daemon.heard_before = 12 * second; }, State::UNKNOWN, "silent"},
    };
    for (const auto& row : rows) {
        Shown shown;
        row.change(shown);
        const auto light = shown.light(row.light);
        CAPTURE(row.light, row.reason, light.reason);
        CHECK(online::name_of(light.state) == online::name_of(row.state));
        CHECK(light.reason.find(row.reason) != std::string::npos);
    }
}

TEST_CASE("of several troubles the worst is shown, and equal ones together") {
    Shown shown;
    auto& lead = shown.daemon.lead;
    lead.mutable_slow_values(0)->set_state(wire::SlowValue::WARN);
    auto& level = *lead.add_slow_values();
    level.set_name("level");
    level.set_unit("mm");
    level.set_state(wire::SlowValue::WARN);
    level.set_value(12);
    CHECK(shown.light("slow values").reason == "hv is 1250 V; level is 12 mm");
    level.set_state(wire::SlowValue::ALARM);
    CHECK(shown.light("slow values").reason == "level is 12 mm");
}

TEST_CASE("without slow values in the configuration there is no light for them") {
    Shown shown;
    shown.config.clear_slow_control();
    for (const auto& light : shown.lights())
        CHECK(light.name != "slow values");
}

TEST_CASE("lights go to JSON by name, state and reason") {
    CHECK(boost::json::serialize(online::health_json(
              {{"charge", State::WARN, "12 of \"600\""}, {"disk", State::UNKNOWN, "?"}})) ==
          R"({"lights":[{"name":"charge","state":"warn","reason":"12 of \"600\""},)"
          R"({"name":"disk","state":"unknown","reason":"?"}]})");
}
