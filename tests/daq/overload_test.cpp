// Source queue and pipeline together, with more data than is taken.
#include <catch2/catch.hpp>

#include "daq/source_queue.hpp"
#include "tests/daq/stream_bench.hpp"

using namespace spillgate;
using namespace spillgate::daq::test;

TEST_CASE(
    "slots whose traces did not fit the source lane are lost-buffer-full, never missed, and the ledger "
    "closes") {
    constexpr std::size_t capacity = 8;
    constexpr int slots = 60;
    Stream stream;
    for (int n = 0; n < slots; ++n)
        stream.good_slot(n);
    stream.end = grid(slots - 0.5);
    daq::SourceQueue queue(capacity);
    auto& lane = queue.add_lane(board_info());
    std::uint64_t refused = 0;
    for (auto& batch : stream.batches())
        refused += lane.put_or_drop(std::move(batch)) ? 0u : 1u;
    REQUIRE(refused > 50);

    Bench bench(make_config());
    bench.pipeline.begin(7, {});
    while (auto batch = queue.take(std::chrono::milliseconds(0)))
        bench.pipeline.accept(std::move(*batch), bench.outlet);
    bench.finish();
    CHECK(queue.all_ended());
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.slots() == slots);
    CHECK(totals.mark_missed() == 0);
    CHECK(totals.complete() >= capacity / 2);
    CHECK(totals.complete() == bench.outlet.records.size());
    CHECK(totals.lost_buffer_full() == slots - totals.complete());
    CHECK(totals.charge_measured_pc() == slots * std::int64_t{23'300'000});
}

TEST_CASE("after an overload has passed, slots are complete again") {
    Stream before;
    Stream during;
    Stream after;
    for (int n = 0; n < 60; ++n)
        (n < 20 ? before : n < 40 ? during : after).good_slot(n);
    before.end = grid(19.5);
    before.ends = false;
    during.end = grid(39.5);
    during.ends = false;
    after.end = grid(59.5);

    daq::SourceQueue queue(4);
    auto& lane = queue.add_lane(board_info());
    Bench bench(make_config());
    bench.pipeline.begin(7, {});
    const auto drain = [&] {
        while (auto batch = queue.take(std::chrono::milliseconds(0)))
            bench.pipeline.accept(std::move(*batch), bench.outlet);
    };
    const auto cuts = [](int from, int to) {
        std::vector<double> at;
        for (int n = from; n < to; ++n)
            at.push_back(grid(n + 0.5));
        return at;
    };
    for (auto& batch : before.batches(cuts(0, 19))) {
        const bool kept = lane.put_or_drop(std::move(batch));
        CHECK(kept);
        drain();
    }
    for (auto& batch : during.batches(cuts(20, 39)))
        lane.put_or_drop(std::move(batch));
    drain();
    for (auto& batch : after.batches(cuts(40, 59))) {
        const bool kept = lane.put_or_drop(std::move(batch));
        CHECK(kept);
        drain();
    }
    bench.finish();
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.slots() == 60);
    CHECK(totals.mark_missed() == 0);
    for (std::size_t n = 0; n < 20; ++n)
        CHECK(bench.is(n, wire::COMPLETE));
    for (std::size_t n = 25; n < 39; ++n)
        CHECK(bench.is(n, wire::LOST_BUFFER_FULL));
    for (std::size_t n = 40; n < 60; ++n)
        CHECK(bench.is(n, wire::COMPLETE));
}
