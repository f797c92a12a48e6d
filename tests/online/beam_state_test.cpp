#include "online/run/beam_state.hpp"

#include <cmath>
#include <limits>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "online/run/beam_json.hpp"
#include "tests/online/shown_daemon.hpp"

using namespace spillgate;
using online::BeamState;
using test::ShownDaemon;

TEST_CASE("beam-off, no timing, a pause and a daemon that is down are told apart") {
    constexpr auto second = ShownDaemon::second;
    struct Row {
        const char* what;
        void (*change)(ShownDaemon&);
        BeamState state;
        const char* reason;  // part of it
    };
    const Row rows[] = {
        {"all is well", [](ShownDaemon&) {}, BeamState::BEAM, "in 60 of the last 60 slots"},
        {"one spill is beam",
         [](ShownDaemon& d) {
             d.each_slot(test::mark_no_beam);
             d.strip.slots[30].quality = 0;
         },
         BeamState::BEAM, "in 1 of the last 60 slots"},
        {"no protons", [](ShownDaemon& d) { d.each_slot(test::mark_no_beam); }, BeamState::BEAM_OFF,
         "marks come, protons on our target do not"},
        {"to another target",
         [](ShownDaemon& d) {
             d.each_slot([](auto& slot) { slot.quality = proto::bit(proto::SlotQuality::OTHER_TARGET); });
         },
         BeamState::BEAM_OFF, "60 for another target"},
        {"vetoed",
         [](ShownDaemon& d) {
             d.each_slot([](auto& slot) { slot.quality = proto::bit(proto::SlotQuality::VETOED); });
         },
         BeamState::BEAM_OFF, "60 vetoed"},
        {"all marks missed", [](ShownDaemon& d) { d.each_slot(test::miss_mark); }, BeamState::NO_TIMING,
         "the last 60 marks did not come"},
        {"no slot for long", [](ShownDaemon& d) { d.each_slot([](auto& s) { s.utc_ns -= 10 * second; }); },
         BeamState::NO_TIMING, "no mark has come for 10 s"},
        {"no first mark",
         [](ShownDaemon& d) {
             d.strip = {};
             d.lead.set_state(wire::STARTING);
             d.lead.set_slots(0);
         },
         BeamState::NO_TIMING, "no mark has come in the 60 s of this run"},
        {"run just begun",
         [](ShownDaemon& d) {
             d.strip = {};
             d.lead.set_state(wire::STARTING);
             d.lead.set_slots(0);
             d.lead.mutable_run()->set_start_utc_ns(d.now - second);
         },
         BeamState::UNKNOWN, "waits for its first mark"},
        {"online has just come", [](ShownDaemon& d) { d.strip = {}; }, BeamState::UNKNOWN,
         "no slot is judged here"},
        {"the strip is of the last run", [](ShownDaemon& d) { d.strip.run = 6; }, BeamState::UNKNOWN,
         "no slot is judged here"},
        {"reading back", [](ShownDaemon& d) { d.lead.set_slots(5000); }, BeamState::UNKNOWN,
         "reading back: slot 99 of 5000"},
        {"paused", [](ShownDaemon& d) { d.lead.set_state(wire::PAUSED_STATE); }, BeamState::PAUSED, "paused"},
        {"no run", [](ShownDaemon& d) { d.lead.set_state(wire::CONFIGURED); }, BeamState::UNKNOWN,
         "no run is on (the daemon is configured)"},
        {"silent", [](ShownDaemon& d) { d.heard_before = 12 * second; }, BeamState::DAQ_DOWN,
         "silent for 12 s"},
        {"never heard", [](ShownDaemon& d) { d.heard_before = -1; }, BeamState::DAQ_DOWN,
         "not been heard of yet"},
        {"in fault",
         [](ShownDaemon& d) {
             d.lead.set_state(wire::FAULT);
             d.lead.set_fault("disk failed");
         },
         BeamState::DAQ_DOWN, "in fault: disk failed"},
    };
    for (const auto& row : rows) {
        ShownDaemon daemon;
        row.change(daemon);
        const auto beam = online::beam_of(daemon.snapshot(), daemon.strip, daemon.now);
        CAPTURE(row.what, beam.reason);
        CHECK(online::name_of(beam.state) == online::name_of(row.state));
        CHECK(beam.reason.find(row.reason) != std::string::npos);
    }
    CHECK(online::beam_of({}, {}, 0).state == BeamState::UNKNOWN);
}

TEST_CASE("the beam's JSON has a row for each slot, with null for what is not known") {
    ShownDaemon daemon;
    daemon.strip.slots.resize(3);
    auto& slots = daemon.strip.slots;
    slots[0].deviation_ns = -812.4;
    slots[1].charge_state = wire::CHARGE_MISSING;
    slots[1].quality =
        proto::bit(proto::SlotQuality::CHARGE_MISSING) | proto::bit(proto::SlotQuality::EXTRA_MARK);
    test::miss_mark(slots[2]);
    auto snapshot = daemon.snapshot();
    const online::Beam beam{BeamState::BEAM, "protons came"};
    auto value = online::beam_json(snapshot, beam, daemon.strip);
    CHECK(boost::json::serialize(value.at("slots")) ==
          R"([[40,-8.12E2,2.3E1,"measured",[]],[41,null,null,"missing",["charge-missing","extra-mark"]],)"
          R"([42,null,2.3E1,"measured",["mark-missed"]]])");
    CHECK(value.at("state").as_string() == "beam");
    CHECK(value.at("reason").as_string() == "protons came");
    CHECK(value.at("run").to_number<int>() == 7);
    CHECK(value.at("live_s").is_null());
    CHECK(value.at("dead_s").is_null());

    auto run = std::make_shared<wire::RunDescription>();
    auto& ledger = *run->mutable_ledger();
    ledger.set_slots(100);
    ledger.set_frequency_hz(50e6);
    ledger.set_in_time_roi_ticks(100'000'000);
    ledger.set_in_time_dead_ticks(25'000'000);
    ledger.set_anti_coincident_roi_ticks(50'000'000);
    snapshot.run.description = run;
    value = online::beam_json(snapshot, beam, daemon.strip);
    CHECK(value.at("live_s").at("in_time").to_number<double>() == 1.5);
    CHECK(value.at("live_s").at("anti_coincident").to_number<double>() == 1.0);
    CHECK(value.at("dead_s").at("in_time").to_number<double>() == 0.5);
    CHECK(value.at("dead_s").at("anti_coincident").to_number<double>() == 0.0);
    CHECK(online::beam_json({}, {BeamState::UNKNOWN, "no lead"}, {}).at("run").is_null());
}
