// The simulated board as a stream: contract, reproducibility, marks and charges.
#include <random>

#include <catch2/catch.hpp>

#include "tests/hw/batch_contract.hpp"
#include "tests/hw/collecting_sink.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

TEST_CASE("a simulated board yields one record per mark on the detector and the veto channel", "[hw]") {
    const auto board = simulated_board(50);
    std::size_t marks = 0, records = 0;
    for (const auto& batch : simulate(board)) {
        marks += batch.marks.size();
        for (const auto& trace : batch.traces) {
            CHECK(trace.count == 35000);
            CHECK(trace.encoding == proto::Encoding{8, true, 0});
            REQUIRE(batch.marks.size() == 1);
            CHECK(trace.first.ticks == batch.marks[0].time.ticks - 27475);
            records += trace.channel == 0 || trace.channel == 1;
        }
    }
    CHECK(marks == 50);
    CHECK(records == 100);
}
