#include "daq/run_restart.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;
using daq::RunEnding;
using Cause = daq::RunEnding::Cause;

namespace {

wire::Request::Start asked(bool restart) {
    wire::Request::Start start;
    start.set_type(wire::PHYSICS);
    start.set_note("first beam");
    start.set_operator_("A. Shift");
    start.mutable_limits()->set_spills(600);
    start.set_restart(restart);
    return start;
}

}  // namespace

TEST_CASE("another run of the same kind follows one that ended at a limit") {
    const auto next = daq::next_start(asked(true), {Cause::LIMIT, "target-reached", ""}, "", 10);
    REQUIRE(next.has_value());
    CHECK(next->SerializeAsString() == asked(true).SerializeAsString());
    // Sources that are told to stop end, too.
    CHECK(daq::next_start(asked(true), {Cause::LIMIT, "target-reached", ""}, "source-ended", 10).has_value());
}

TEST_CASE("no run follows one that anything else ended") {
    struct Row {
        bool restart;
        RunEnding ending;
        const char* trouble;
        double seconds;
    };
    const Row rows[] = {
        {false, {Cause::LIMIT, "target-reached", ""}, "", 10},
        {true, {Cause::REQUEST, "requested", "A. Shift"}, "", 10},
        {true, {Cause::REQUEST, "target-reached", "A. Shift"}, "", 10},  // a person may call it so
        {true, {Cause::ITSELF, "disk-full", ""}, "disk-full", 10},
        {true, {Cause::ITSELF, "source-ended", ""}, "source-ended", 10},
        {true, {Cause::LIMIT, "target-reached", ""}, "disk-full", 10},
        {true, {Cause::LIMIT, "target-reached", ""}, "disk-failed", 10},
        {true, {Cause::LIMIT, "target-reached", ""}, "", 0.5},  // thousands would follow
    };
    for (const auto& row : rows) {
        CAPTURE(row.ending.reason, row.trouble, row.seconds);
        CHECK_FALSE(daq::next_start(asked(row.restart), row.ending, row.trouble, row.seconds).has_value());
    }
}
