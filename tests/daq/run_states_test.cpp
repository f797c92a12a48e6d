#include "daq/run_states.hpp"

#include <set>
#include <vector>

#include <catch2/catch.hpp>

using namespace spillgate;
using daq::Trigger;

namespace {

std::vector<daq::State> all_states() {
    std::vector<daq::State> states;
    for (int i = wire::IDLE; i <= wire::FAULT; ++i)
        states.push_back(static_cast<daq::State>(i));
    return states;
}

}  // namespace

TEST_CASE("a run passes configured, preparing, starting, running, stopping and is configured again") {
    daq::State state = wire::CONFIGURED;
    for (const auto& [trigger, expected] :
         {std::pair{Trigger::PREPARE, wire::PREPARING}, std::pair{Trigger::COMMIT, wire::STARTING},
          std::pair{Trigger::FIRST_SLOT_OPEN, wire::RUNNING}, std::pair{Trigger::PAUSE, wire::PAUSING},
          std::pair{Trigger::PAUSE_REACHED, wire::PAUSED_STATE}, std::pair{Trigger::RESUME, wire::RESUMING},
          std::pair{Trigger::RESUME_REACHED, wire::RUNNING}, std::pair{Trigger::STOP, wire::STOPPING},
          std::pair{Trigger::RUN_CLOSED, wire::CONFIGURED}}) {
        const auto next = daq::next_state(state, trigger);
        REQUIRE(next);
        CHECK(*next == expected);
        state = *next;
    }
}

TEST_CASE("an illegal request is refused with the state, the request and what is possible instead") {
    const auto next = daq::next_state(wire::RUNNING, Trigger::PREPARE);
    REQUIRE_FALSE(next);
    CHECK(next.error().kind == proto::ErrorKind::REFUSED);
    CHECK(next.error().message == "cannot start while running; possible now: pause, stop");
    CHECK(daq::next_state(wire::STOPPING, Trigger::PAUSE).error().message ==
          "cannot pause while stopping; wait until this state has ended");
}

TEST_CASE("every state can fail, and fault is left by reset alone") {
    for (const auto state : all_states())
        CHECK(*daq::next_state(state, Trigger::FAILED) == wire::FAULT);
    for (const auto& transition : daq::transitions())
        if (transition.from == wire::FAULT) CHECK(transition.trigger == Trigger::RESET);
}

TEST_CASE("the table has one target for each state and trigger, and every state can be reached and left") {
    std::set<std::pair<int, int>> seen;
    std::set<int> left;
    std::set<int> reached{wire::IDLE, wire::FAULT};
    for (const auto& transition : daq::transitions()) {
        CHECK(seen.emplace(transition.from, static_cast<int>(transition.trigger)).second);
        left.insert(transition.from);
        reached.insert(transition.to);
    }
    for (const auto state : all_states()) {
        CAPTURE(wire::name_of(state));
        CHECK(left.contains(state));
        CHECK(reached.contains(state));
    }
}

TEST_CASE("a transitional state ends without a request") {
    for (const auto state : all_states()) {
        if (daq::is_steady(state)) continue;
        bool ends = false;
        for (const auto& transition : daq::transitions())
            ends = ends || (transition.from == state &&
                            (transition.trigger > Trigger::RESET || transition.trigger == Trigger::COMMIT ||
                             transition.trigger == Trigger::ABANDON));
        CAPTURE(wire::name_of(state));
        CHECK(ends);
    }
}
