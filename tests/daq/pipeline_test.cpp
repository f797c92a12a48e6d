// Runs as a whole: pause, end, bounds, refusals, and what a configuration must not say.
#include <catch2/catch.hpp>

#include "daq/clocks/wall_clock_check.hpp"
#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

Stream good_stream(int n) {
    Stream stream;
    stream.end = grid(n) - ms(1);
    for (int i = 0; i < n; ++i)
        stream.good_slot(i);
    return stream;
}

}  // namespace

TEST_CASE("paused slots leave no record and get their verdict, charge included") {
    Bench bench(make_config());
    auto batches = good_stream(20).batches({grid(4.5), grid(9.5)});
    bench.pipeline.begin(7, {});
    bench.pipeline.accept(std::move(batches[0]), bench.outlet);
    bench.pipeline.pause();
    bench.pipeline.accept(std::move(batches[1]), bench.outlet);
    bench.pipeline.resume();
    bench.pipeline.accept(std::move(batches[2]), bench.outlet);
    bench.finish();
    for (std::size_t slot = 0; slot < 20; ++slot) {
        const bool paused = slot >= 5 && slot < 10;
        CHECK(bench.is(slot, paused ? wire::PAUSED : wire::COMPLETE));
        CHECK(bench.verdict(slot).charge_state == wire::CHARGE_MEASURED);
        CHECK(bench.verdict(slot).windows.empty() == paused);
    }
    CHECK(bench.drop("trace-without-slot") == 0);
}

TEST_CASE("a run ends with the last slot whose windows have ended") {
    Bench bench(make_config());
    auto stream = good_stream(10);
    stream.ends = false;
    stream.end = grid(9) + us(1);  // in the middle of slot 9's window
    stream.traces.pop_back();
    bench.run(stream);
    CHECK(bench.outlet.verdicts.size() == 9);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 9);
}

TEST_CASE("a second run begins with slot 0, the period known") {
    Bench bench(make_config());
    auto stream = good_stream(40);
    auto batches = stream.batches({grid(9.5), grid(19.5)});
    bench.pipeline.begin(7, {});
    bench.pipeline.accept(std::move(batches[0]), bench.outlet);
    bench.finish();
    CHECK(bench.outlet.verdicts.size() == 10);
    bench.pipeline.accept(std::move(batches[1]), bench.outlet);  // between runs
    bench.outlet = {};
    bench.pipeline.begin(8, {});
    CHECK_FALSE(bench.pipeline.started());
    bench.pipeline.accept(std::move(batches[2]), bench.outlet);
    CHECK(bench.pipeline.started());
    bench.finish();
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.verdict(0).run == 8);
    CHECK(proto::ticks_between(bench.verdict(0).t0, at(grid(20))) == Approx(0).margin(1));
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("a record that the recorder has no room for makes its slot lost-disk, without a gap in sequence") {
    Bench bench(make_config());
    bench.outlet.refuse_record = 5;  // the fifth
    bench.run(good_stream(10));
    CHECK(bench.is(4, wire::LOST_DISK));
    CHECK(bench.outlet.next_sequence == 19);
    CHECK(bench.pipeline.statistics().ledger.totals().lost_disk() == 1);
}

TEST_CASE("more open slots than there is room for are lost by name, the oldest first") {
    auto config = make_config();
    config.mutable_gate()->set_reorder_margin_ns(200e6);  // twelve periods
    config.mutable_buffers()->set_open_slots(4);
    Bench bench(config);
    bench.run(good_stream(20));
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.slots() == 20);
    CHECK(totals.lost_buffer_full() == 16);
    CHECK(totals.complete() == 4);
    CHECK(bench.drop("slot-over-limit") == 16);
}

TEST_CASE("more slots without verdict than there is room for are judged without charge") {
    auto config = make_config();
    config.mutable_buffers()->set_unjudged_slots(4);
    Bench bench(config);
    auto stream = good_stream(20);
    stream.charges.clear();
    bench.run(stream);
    CHECK(bench.outlet.verdicts.size() == 20);
    CHECK(bench.pipeline.statistics().buffers[1].dropped > 0);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("a silent board does not hold up the others for ever, its slots are not complete") {
    auto config = make_config(beam_triggered, "", R"(
        board { id: 1 sample_rate_mhz: 25 bits: 14 } channel { name: "b" board: 1 channel: 0 }
        buffers { open_slots: 30 })");
    Bench bench(config, {board_info(0), board_info(1)});
    auto stream = good_stream(100);
    Stream second(1);
    second.end = grid(100) - ms(1);
    for (int i = 0; i < 100; ++i)
        second.record(grid(i));
    bench.pipeline.begin(7, {});
    auto first_batches = stream.batches();
    auto second_batches = second.batches({grid(19.5)});
    for (std::size_t i = 0; i < first_batches.size(); ++i) {
        if (i == 5) bench.pipeline.accept(std::move(second_batches[0]), bench.outlet);  // and nothing more
        bench.pipeline.accept(std::move(first_batches[i]), bench.outlet);
    }
    CHECK(bench.outlet.records.size() > 60);
    bench.finish();
    CHECK(bench.is(19, wire::COMPLETE));
    CHECK(bench.is(20, wire::TRUNCATED));
}

TEST_CASE("simulated sources mark every record and verdict") {
    auto info = board_info();
    info.simulated = true;
    Bench bench(make_config(), {info});
    bench.run(good_stream(5));
    for (std::size_t slot = 0; slot < 5; ++slot) {
        CHECK(bench.has(slot, SlotQuality::SIMULATED));
        CHECK((bench.record(slot).quality & bit(SlotQuality::SIMULATED)) != 0);
    }
}

TEST_CASE("what was dropped between two records is in the later one's counters") {
    Bench bench(make_config());
    auto stream = good_stream(10);
    stream.mark(grid(3.4));
    stream.sort();
    bench.run(stream);
    CHECK(bench.record(3).counters.empty());
    REQUIRE(bench.record(4).counters.size() == 1);
    CHECK(bench.record(4).counters[0] == proto::NamedCount{"mark-extra", 1});
}

TEST_CASE("configurations that cannot be gated are refused in words") {
    const auto refusal = [](const std::string& gate, std::vector<hw::SourceInfo> sources) {
        auto made = Pipeline::create({make_config(gate), "daq", std::move(sources), {}, {}, {}});
        return made ? std::string() : made.error().message;
    };
    CHECK_THAT(refusal("mode: SELF_TRIGGERED", {board_info()}), Catch::Contains("in_time"));
    CHECK_THAT(refusal("mode: FREE_RUNNING", {board_info()}), Catch::Contains("slice_ns"));
    CHECK_THAT(
        refusal(
            "mode: STROBED in_time { pretrace_begin_ns: 0 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 1 }",
            {board_info()}),
        Catch::Contains("strobe_phase_ns"));
    CHECK_THAT(refusal(self_triggered + "reference: RECORD_BEGIN", {board_info()}), Catch::Contains("MARK"));
    CHECK_THAT(refusal(beam_triggered, {}), Catch::Contains("no board"));
    CHECK_THAT(refusal(beam_triggered, {board_info(3)}), Catch::Contains("gives_marks"));
    auto other = board_info(1);
    other.clock_domain = 1;
    CHECK_THAT(refusal(beam_triggered, {board_info(0), other}),
               Catch::Contains("no board of clock domain 1 gives marks"));
}

TEST_CASE("a clock that drifts against the wall clock is counted and its slots doubted") {
    std::int64_t utc = 0;
    auto made = Pipeline::create({make_config(), "daq", {board_info()}, {}, [&] { return utc; }, {}});
    REQUIRE(made.has_value());
    CollectingOutlet outlet;
    made->begin(7, {});
    Stream stream;
    stream.end = grid(4000);
    for (int i = 0; i < 4000; ++i)
        stream.good_slot(i);
    for (auto& batch : stream.batches()) {
        // The host's clock steps by 100 ms after 30 s.
        const double now = proto::ns_from_ticks(static_cast<double>(batch.watermark.ticks), frequency_hz);
        utc = static_cast<std::int64_t>(now) + (now > 30e9 ? 100'000'000 : 0);
        made->accept(std::move(batch), outlet);
    }
    made->finish(outlet);
    std::uint64_t doubted = 0;
    for (const auto& verdict : outlet.verdicts)
        doubted += verdict.has(SlotQuality::CLOCK_SUSPECT);
    const auto totals = made->statistics().ledger.totals();
    std::uint64_t drifts = 0;
    for (const auto& fault : totals.faults())
        if (fault.name() == "clock-drift") drifts = fault.value();
    CHECK(drifts == 1);
    CHECK(doubted > 500);
    CHECK(doubted < 700);
}

TEST_CASE("readings that come late, but not later and later, are no drift") {
    WallClockCheck check(frequency_hz);
    std::mt19937_64 random(1);
    const auto parted = [&](double parts_per_million) {
        int count = 0;
        for (int i = 0; i < 20000; ++i) {
            const double seconds = i * 0.016;
            const auto delay = static_cast<std::int64_t>(random() % 200'000'000);
            const double device = seconds * (1 + parts_per_million * 1e-6);
            count +=
                check.observe(at(device * frequency_hz), static_cast<std::int64_t>(seconds * 1e9) + delay);
        }
        return count;
    };
    CHECK(parted(0) == 0);
    check = WallClockCheck(frequency_hz);
    CHECK(parted(10) == 0);
    check = WallClockCheck(frequency_hz);
    CHECK(parted(2000) > 3);
}

}  // namespace spillgate::daq::test
