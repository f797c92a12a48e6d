#include "online/alarms/alarm_table.hpp"

#include <array>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

using namespace spillgate;
using online::Alarm;
using online::AlarmEvent;
using online::AlarmState;
using online::AlarmTable;
using online::Transition;
using proto::ErrorKind;

namespace {

config::AlarmRule high_voltage() {
    config::AlarmRule rule;
    rule.set_name("hv");
    rule.set_quantity("slow.hv");
    rule.set_above(1300);
    rule.set_hysteresis(20);
    rule.set_for_s(3);
    rule.set_back_for_s(5);
    return rule;
}

online::Quantities volts(std::optional<double> value) {
    return {{"slow.hv", "V", value}};
}

// A table that is stepped second by second.
struct Stepped {
    explicit Stepped(const config::AlarmRule& rule) : table({rule}, {}) {}
    AlarmState after(int seconds, std::optional<double> value, bool in_run = true) {
        for (int i = 0; i < seconds; ++i) {
            now += 1;
            for (auto& one : table.step(now, volts(value), in_run))
                transitions.push_back(std::move(one));
        }
        return table.views().at(0).alarm->state;
    }
    AlarmTable table;
    std::vector<Transition> transitions;
    double now = 1000;
};

}  // namespace

TEST_CASE("every event in every state of an alarm leads where the table says, and nowhere else") {
    using enum AlarmState;
    using enum AlarmEvent;
    constexpr std::array states{NORMAL, PENDING, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, SHELVED};
    constexpr std::array events{OUTSIDE, HELD, INSIDE, CLEARED, ACKNOWLEDGE, SHELVE, UNSHELVE};
    constexpr std::optional<AlarmState> none;
    using Row = std::array<std::optional<AlarmState>, events.size()>;
    const std::array<Row, states.size()> expected{
        Row{PENDING, none, none, none, none, SHELVED, none},
        Row{none, UNACKNOWLEDGED, NORMAL, none, none, SHELVED, none},
        Row{none, none, none, RETURNED, ACKNOWLEDGED, SHELVED, none},
        Row{none, none, none, NORMAL, none, SHELVED, none},
        Row{none, UNACKNOWLEDGED, none, none, NORMAL, SHELVED, none},
        Row{none, none, none, none, none, SHELVED, NORMAL},
    };
    for (std::size_t state = 0; state < states.size(); ++state) {
        for (std::size_t event = 0; event < events.size(); ++event) {
            CAPTURE(name_of(states[state]), name_of(events[event]));
            CHECK((online::next_state(states[state], events[event]) == expected[state][event]));
        }
    }
}

TEST_CASE("an alarm needs its time outside, an acknowledgement, and its time inside") {
    Stepped hv(high_voltage());
    CHECK(hv.after(1, 1250) == AlarmState::NORMAL);
    CHECK(hv.after(1, 1310) == AlarmState::PENDING);
    CHECK(hv.after(2, 1310) == AlarmState::PENDING);
    CHECK(hv.after(1, 1310) == AlarmState::UNACKNOWLEDGED);
    REQUIRE(hv.transitions.size() == 2);
    CHECK(hv.transitions[1].limit == "above 1300 V");
    CHECK(hv.transitions[1].value == 1310);
    const auto acknowledged = hv.table.acknowledge("hv", "A. Shift", "HV expert called", hv.now);
    REQUIRE(acknowledged.has_value());
    CHECK(acknowledged->person == "A. Shift");
    CHECK(hv.table.views().at(0).alarm->comment == "HV expert called");
    CHECK(hv.after(10, 1290) == AlarmState::ACKNOWLEDGED);  // inside, not by the hysteresis
    CHECK(hv.after(5, 1270) == AlarmState::ACKNOWLEDGED);
    CHECK(hv.after(1, 1270) == AlarmState::NORMAL);
}

TEST_CASE("an alarm that has gone by itself stays until somebody has seen it, and comes again") {
    Stepped hv(high_voltage());
    hv.after(5, 1310);
    CHECK(hv.after(6, 1200) == AlarmState::RETURNED);
    CHECK(hv.after(100, 1200) == AlarmState::RETURNED);
    CHECK(hv.after(4, 1310) == AlarmState::UNACKNOWLEDGED);
    CHECK(hv.after(6, 1200) == AlarmState::RETURNED);
    REQUIRE(hv.table.acknowledge("hv", "A. Shift", "", hv.now).has_value());
    CHECK(hv.after(1, 1200) == AlarmState::NORMAL);
}

TEST_CASE("a value that is not known neither raises nor clears, unless the rule says that it alarms") {
    Stepped ignored(high_voltage());
    CHECK(ignored.after(100, {}) == AlarmState::NORMAL);
    ignored.after(5, 1310);
    CHECK(ignored.after(100, std::nan("")) == AlarmState::UNACKNOWLEDGED);
    auto strict = high_voltage();
    strict.set_unknown(config::AlarmRule::ALARMS);
    Stepped alarms(strict);
    CHECK(alarms.after(4, {}) == AlarmState::UNACKNOWLEDGED);
    CHECK(alarms.transitions.back().limit == "above 1300 V or unknown");
    CHECK_FALSE(alarms.transitions.back().value.has_value());
}

TEST_CASE("a rule for runs alone does not watch between them, and clears when a run ends") {
    auto rule = high_voltage();
    rule.set_in_runs_only(true);
    Stepped hv(rule);
    CHECK(hv.after(100, 1310, false) == AlarmState::NORMAL);
    CHECK(hv.after(4, 1310, true) == AlarmState::UNACKNOWLEDGED);
    CHECK(hv.after(6, 1310, false) == AlarmState::RETURNED);
}

TEST_CASE("a shelved alarm is silent until its time, then judged afresh") {
    Stepped hv(high_voltage());
    hv.after(5, 1310);
    CHECK(hv.table.shelve("hv", "B. Expert", "", hv.now + 50, hv.now).error().kind == ErrorKind::CONFIG);
    CHECK(hv.table.shelve("hv", "B. Expert", "ramping", hv.now, hv.now).error().kind == ErrorKind::CONFIG);
    REQUIRE(hv.table.shelve("hv", "B. Expert", "ramping", hv.now + 50, hv.now).has_value());
    CHECK(hv.after(49, 1310) == AlarmState::SHELVED);
    CHECK(hv.after(1, 1310) == AlarmState::PENDING);
    CHECK(hv.after(3, 1310) == AlarmState::UNACKNOWLEDGED);
    REQUIRE(hv.table.shelve("hv", "B. Expert", "ramping", hv.now + 50, hv.now).has_value());
    REQUIRE(hv.table.unshelve("hv", "B. Expert", hv.now).has_value());
    CHECK(hv.after(1, 1200) == AlarmState::NORMAL);
    CHECK(hv.table.unshelve("hv", "B. Expert", hv.now).error().kind == ErrorKind::REFUSED);
    CHECK(hv.table.acknowledge("hv", "B. Expert", "", hv.now).error().kind == ErrorKind::REFUSED);
    CHECK(hv.table.acknowledge("hx", "B. Expert", "", hv.now).error().kind == ErrorKind::NOT_FOUND);
}

TEST_CASE("a '*' gives every series an alarm of its own, and they are bounded in number") {
    config::AlarmRule rule;
    rule.set_name("lost");
    rule.set_quantity("loss.lost-*_per_min");
    rule.set_above(0);
    rule.set_for_s(0);
    AlarmTable table({rule}, {});
    CHECK(table.views().empty());
    const auto raised = table.step(
        1, {{"loss.lost-disk_per_min", "/min", 3.0}, {"loss.truncated_per_min", "/min", 3.0}}, true);
    REQUIRE(raised.size() == 2);  // pending, then at once unacknowledged
    CHECK(raised[1].id == "lost/loss.lost-disk_per_min");
    online::Quantities many;
    for (std::size_t i = 0; i < AlarmTable::max_alarms + 5; ++i)
        many.push_back({"loss.lost-" + std::to_string(i) + "_per_min", "/min", 0.0});
    table.step(2, many, true);
    CHECK(table.views().size() == AlarmTable::max_alarms);
    CHECK(table.refused() == 6);
}

TEST_CASE("alarms go on after a restart, those whose rule is gone are forgotten, and a later rule replaces") {
    std::vector<Alarm> kept{
        {"hv", "slow.hv", AlarmState::ACKNOWLEDGED, 900, "A. Shift", "known", 0},
        {"gone", "slow.x", AlarmState::UNACKNOWLEDGED, 900, "", "", 0},
    };
    auto later = high_voltage();
    later.set_above(1500);
    AlarmTable table({high_voltage(), later}, kept);
    const auto views = table.views();
    REQUIRE(views.size() == 1);
    CHECK(views[0].alarm->state == AlarmState::ACKNOWLEDGED);
    CHECK(views[0].alarm->person == "A. Shift");
    CHECK(views[0].rule->above() == 1500);
}

TEST_CASE("chatter about a limit raises an alarm once per clearing time at most", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        auto rule = high_voltage();
        rule.set_for_s(static_cast<double>(random() % 4));
        const double back_for_s = 1 + static_cast<double>(random() % 20);
        rule.set_back_for_s(back_for_s);
        AlarmTable table({rule}, {});
        std::uniform_real_distribution<double> spread(1300 - 60, 1300 + 30);
        double raised = -1e9;
        double outside = -1e9;
        for (double now = 0; now < 1000; now += 0.5 + static_cast<double>(random() % 3)) {
            const double value = spread(random);
            if (value > 1300 - rule.hysteresis()) outside = now;
            for (const auto& moved : table.step(now, volts(value), true)) {
                if (moved.to == AlarmState::UNACKNOWLEDGED) {
                    CHECK(now - raised >= back_for_s);
                    raised = now;
                }
                if (moved.to == AlarmState::RETURNED) CHECK(now - outside >= back_for_s);
            }
        }
    }
}
