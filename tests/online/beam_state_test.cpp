#include "online/run/beam_state.hpp"

#include <cmath>
#include <limits>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "online/run/beam_json.hpp"
#include "online/run/charge_per_spill.hpp"
#include "online/run/slots_topic.hpp"
#include "online/run/state_routes.hpp"
#include "proto/ledger.hpp"
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
    CHECK(boost::json::serialize(online::slots_json(daemon.strip.slots)) ==
          R"([[40,-8.12E2,2.3E1,"measured",[]],[41,null,null,"missing",["charge-missing","extra-mark"]],)"
          R"([42,null,2.3E1,"measured",["mark-missed"]]])");
    CHECK(value.at("state").as_string() == "beam");
    CHECK(value.at("reason").as_string() == "protons came");
    CHECK(value.at("run").to_number<int>() == 7);
    CHECK(value.at("live_s").is_null());
    CHECK(value.at("dead_s").is_null());

    auto run = std::make_shared<wire::RunDescription>();
    proto::Ledger ledger;
    proto::Verdict verdict;
    verdict.disposition = wire::COMPLETE;
    verdict.frequency_hz = 50e6;
    verdict.windows = {{.kind = wire::IN_TIME, .roi_ticks = 100'000'000, .dead_ticks = 25'000'000},
                       {.kind = wire::ANTI_COINCIDENT, .roi_ticks = 50'000'000}};
    ledger.add(verdict);
    *run->mutable_ledger() = ledger.totals();
    snapshot.run.description = run;
    value = online::beam_json(snapshot, beam, daemon.strip);
    CHECK(value.at("live_s").at("in_time").to_number<double>() == 1.5);
    CHECK(value.at("live_s").at("anti_coincident").to_number<double>() == 1.0);
    CHECK(value.at("dead_s").at("in_time").to_number<double>() == 0.5);
    CHECK(value.at("dead_s").at("anti_coincident").to_number<double>() == 0.0);
    CHECK(online::beam_json({}, {BeamState::UNKNOWN, "no lead"}, {}).at("run").is_null());
}

TEST_CASE("those who follow slots get each of them once, and each time the run that it is of") {
    namespace json = boost::json;
    online::SnapshotBoard board;
    const auto topic = online::slots_topic(board);
    CHECK(topic->version() == 0);
    online::SlotStrip strip;
    const auto take = [&](std::uint32_t run, std::uint64_t slot, std::int64_t utc_ns = 5) {
        proto::Verdict verdict;
        verdict.run = run;
        verdict.slot = slot;
        verdict.utc_ns = utc_ns;
        strip.add(verdict, 0);
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->strip = strip.view();
        board.publish(std::move(snapshot));
    };
    const auto told = [&](std::uint64_t had) {
        const auto value = json::parse(*topic->text({}, had));
        std::vector<std::uint64_t> slots;
        for (const auto& slot : value.at("slots").as_array())
            slots.push_back(slot.at(0).to_number<std::uint64_t>());
        return std::pair(value.at("run").to_number<std::uint32_t>(), slots);
    };
    using Slots = std::vector<std::uint64_t>;
    for (const std::uint64_t slot : {0, 1, 3})
        take(7, slot);
    const auto first = topic->version();
    CHECK(first != 0);
    CHECK(told(0) == std::pair(7U, Slots{0, 1, 3}));
    take(7, 4);
    take(7, 2);  // read back late
    const auto second = topic->version();
    CHECK(second > first);
    CHECK(told(first) == std::pair(7U, Slots{2, 4}));
    CHECK(told(0) == std::pair(7U, Slots{0, 1, 2, 3, 4}));
    CHECK(topic->version() == second);
    take(7, 3, 6);  // another word on it
    const auto third = topic->version();
    CHECK(told(second) == std::pair(7U, Slots{3}));
    CHECK(told(first) == std::pair(7U, Slots{2, 3, 4}));
    for (std::uint64_t slot = 5; slot < 1000; ++slot)
        take(7, slot);
    CHECK(topic->version() > third);
    CHECK(told(third).second.size() == online::SlotStrip::length);
    take(8, 0);
    const auto last = topic->version();
    CHECK(told(third) == std::pair(8U, Slots{0}));
    CHECK(topic->version() == last);
    CHECK_FALSE(topic->check({{"since", 3}}));
}

TEST_CASE("the beam that pages follow has no slots, and GET /api/beam has all of them") {
    namespace json = boost::json;
    ShownDaemon daemon;
    online::SnapshotBoard board;
    auto snapshot = std::make_shared<online::Snapshot>(daemon.snapshot());
    snapshot->strip = std::make_shared<online::SlotStripView>(daemon.strip);
    board.publish(std::move(snapshot));
    const auto topic = online::beam_topic(board);
    REQUIRE(topic->version() != 0);
    const auto followed = json::parse(*topic->text({}, 0)).as_object();
    CHECK(followed.contains("state"));
    CHECK_FALSE(followed.contains("slots"));
    for (const auto& route : online::run_state_routes(board)) {
        if (route.pattern != "/api/beam") continue;
        route.serve({}, [&](const online::Response& response) {
            CHECK(json::parse(response.body).at("slots").as_array().size() == daemon.strip.slots.size());
        });
    }
}

TEST_CASE("the charge of a spill is the mean of those that are known, and a silent source is no zero") {
    const auto ledger = [](int measured, int estimated, int uncorrected, int missing) {
        proto::Ledger out;
        proto::Verdict spill;
        spill.disposition = wire::COMPLETE;
        const auto add = [&](int spills, proto::ChargeState state, std::int64_t charge_pc) {
            spill.charge_state = state;
            spill.charge_pc = charge_pc;
            for (int i = 0; i < spills; ++i)
                out.add(spill);
        };
        add(measured, wire::CHARGE_MEASURED, 20'000'000);
        add(estimated, wire::CHARGE_ESTIMATED, 23'000'000);
        add(uncorrected, wire::CHARGE_UNCORRECTED, 99'000'000);
        add(missing, wire::CHARGE_MISSING, 0);
        return out.totals();
    };
    const auto before = ledger(100, 10, 5, 5);
    CHECK(online::charge_per_spill_uc(before, ledger(160, 10, 5, 5)).value() == Approx(20));
    CHECK(online::charge_per_spill_uc(before, ledger(120, 10, 15, 35)).value() == Approx(20));
    CHECK(online::charge_per_spill_uc(before, ledger(120, 20, 5, 5)).value() == Approx(21));
    CHECK_FALSE(online::charge_per_spill_uc(before, ledger(100, 10, 25, 45)).has_value());
    CHECK_FALSE(online::charge_per_spill_uc(before, before).has_value());
}
