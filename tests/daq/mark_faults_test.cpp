// Each named fault of timing: counted under its name, no window mislabelled, every slot in one disposition.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

// Slots 0 … n−1, all well but `without` (no mark, no record; the charge report still comes).
Stream stream_without(int n, std::vector<int> without) {
    Stream stream;
    stream.end = grid(n) - ms(1);
    for (int i = 0; i < n; ++i) {
        if (std::ranges::find(without, i) == without.end()) stream.good_slot(i);
    }
    return stream;
}

}  // namespace

TEST_CASE("every good slot leaves a covered C and AC window and its charge") {
    Bench bench(make_config());
    bench.run(stream_without(20, {}));
    REQUIRE(bench.outlet.verdicts.size() == 20);
    for (std::size_t slot = 0; slot < 20; ++slot) {
        CHECK(bench.is(slot, wire::COMPLETE));
        CHECK(bench.kinds(slot) == ac_and_c);
        CHECK(bench.verdict(slot).quality == 0);
        CHECK(bench.verdict(slot).charge_state == wire::CHARGE_MEASURED);
        CHECK(bench.record(slot).samples.size() == 100);
        CHECK(bench.record(slot).windows[1].traces == std::vector<std::uint32_t>{0});
    }
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.in_time_roi_ticks() == 20 * in_time_roi);
    CHECK(totals.anti_coincident_roi_ticks() == 20 * ac_roi);
    CHECK(totals.charge_measured_pc() == 20 * 23'300'000LL);
    CHECK(bench.pipeline.statistics().mark_rate_hz == Approx(60));
    CHECK(bench.pipeline.statistics().period_ns == Approx(1e9 / 60));
}

TEST_CASE("a missed mark keeps its number and opens no known window") {
    Bench bench(make_config());
    auto stream = stream_without(20, {7, 8});
    stream.record(grid(8));  // its record came all the same
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-missed") == 2);
    CHECK(bench.is(7, wire::MARK_MISSED));
    CHECK_FALSE(bench.verdict(7).has_record);
    CHECK(bench.is(8, wire::MARK_MISSED));
    CHECK(bench.kinds(8) == both_unknown);
    CHECK(bench.record(8).windows[0].kind == wire::UNKNOWN);
    CHECK(bench.is(9, wire::COMPLETE));
    CHECK(proto::ticks_between(bench.verdict(9).t0, at(grid(9))) == Approx(0).margin(1));
    CHECK(proto::ticks_between(bench.verdict(7).t0, at(grid(7))) == Approx(0).margin(100));
}

TEST_CASE("a missed mark is declared when the stream has passed it, not when the next mark comes") {
    Bench bench(make_config());
    auto stream = stream_without(10, {});
    stream.ends = false;
    bench.pipeline.begin(7, {});
    bench.feed(stream.batches());
    CHECK(bench.fault("mark-missed") == 0);
    hw::Batch silence;
    silence.watermark = at(grid(12.5));
    bench.pipeline.accept(std::move(silence), bench.outlet);
    CHECK(bench.fault("mark-missed") == 3);
    bench.finish();
    CHECK(bench.outlet.verdicts.size() == 13);
}

TEST_CASE("a duplicate mark opens no slot") {
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    stream.mark(grid(5) + 3);
    stream.mark(grid(9) + us(150));
    stream.sort();
    bench.run(stream);
    CHECK(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-duplicate") == 2);
    CHECK(bench.has(5, SlotQuality::DUPLICATE_MARK));
    CHECK(bench.has(9, SlotQuality::DUPLICATE_MARK));
    CHECK(bench.is(9, wire::COMPLETE));
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("an extra mark halfway opens no slot and does not shift the phase") {
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    stream.mark(grid(1.5));  // early in the run: nothing has been averaged yet
    stream.mark(grid(9.55));
    stream.sort();
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-extra") == 2);
    CHECK(bench.fault("mark-missed") == 0);
    CHECK(bench.has(10, SlotQuality::EXTRA_MARK));
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("an AC window that an extra mark could touch is unknown") {
    Bench bench(make_config(self_triggered));
    auto stream = stream_without(20, {});
    stream.mark(grid(5) + ms(8.005));            // inside
    stream.mark(grid(7) + ms(8.010) + us(19));   // within the margin
    stream.mark(grid(9) + ms(8.010) + us(21));   // clear of it
    stream.mark(grid(11) + ms(7.999) - us(19));  // within the margin of the pretrace
    stream.sort();
    bench.run(stream);
    CHECK(bench.fault("mark-extra") == 4);
    const std::vector<proto::WindowKind> only_c{wire::UNKNOWN, wire::IN_TIME};
    CHECK(bench.kinds(5) == only_c);
    CHECK(bench.kinds(7) == only_c);
    CHECK(bench.kinds(9) == ac_and_c);
    CHECK(bench.kinds(11) == only_c);
    CHECK(bench.is(5, wire::COMPLETE));
}

TEST_CASE("a mark 300 μs late or early is counted out of tolerance and opens no window") {
    const double off = GENERATE(us(300), us(-300), ms(-5));
    Bench bench(make_config());
    auto stream = stream_without(20, {6});
    stream.mark(grid(6) + off);
    stream.record(grid(6) + off);
    stream.sort();
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-out-of-tolerance") == 1);
    CHECK(bench.fault("mark-missed") == 1);
    CHECK(bench.is(6, wire::MARK_MISSED));
    CHECK(bench.has(6, SlotQuality::OUT_OF_TOLERANCE));
    CHECK(bench.kinds(6) == both_unknown);
    CHECK(bench.drop("trace-without-slot") == 1);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 19);
}

TEST_CASE("the tracker follows a facility that has moved after three consistent strays") {
    const double moved = GENERATE(0.3, -0.3, 0.04);
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(30) - ms(6);
    for (int i = 0; i < 30; ++i)
        stream.good_slot(i < 10 ? i : i + moved);
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 30);
    CHECK(bench.pipeline.statistics().relocks == 1);
    CHECK(bench.fault("mark-out-of-tolerance") == 3);
    for (std::size_t slot = 0; slot < 30; ++slot) {
        CAPTURE(slot);
        const bool stray = slot >= 10 && slot < 13;
        CHECK(bench.is(slot, stray ? wire::MARK_MISSED : wire::COMPLETE));
        CHECK(bench.has(slot, SlotQuality::OUT_OF_TOLERANCE) == stray);
        CHECK_FALSE(bench.has(slot, SlotQuality::SLOT_ESTIMATED));
    }
}

TEST_CASE("two strays do not move the phase, nor three that are not a period apart") {
    Bench bench(make_config());
    auto stream = stream_without(30, {10, 11, 15, 16, 17});
    for (const double n : {10.2, 11.2, 15.1, 16.2, 17.3})
        stream.mark(grid(n));
    stream.sort();
    bench.run(stream);
    CHECK(bench.pipeline.statistics().relocks == 0);
    CHECK(bench.fault("mark-out-of-tolerance") == 5);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 25);
}

TEST_CASE("a mark that goes back in time is counted and dropped") {
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    auto batches = stream.batches();
    hw::Batch& late = batches[batches.size() / 2];
    late.marks.insert(late.marks.begin(), {at(grid(2) + ms(3)), 4, hw::Mark::Kind::EXTRACT, std::nullopt});
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    CHECK(bench.fault("time-backwards") == 1);
    CHECK(bench.fault("mark-extra") == 0);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("marks out of order within a batch are counted, ordered and doubted") {
    Bench bench(make_config());
    Stream stream = stream_without(20, {});
    std::swap(stream.marks[5], stream.marks[6]);
    bench.pipeline.begin(7, {});
    bench.feed(stream.batches({grid(2.5), grid(10.5)}));
    bench.finish();
    CHECK(bench.fault("time-backwards") == 1);
    CHECK(bench.has(5, SlotQuality::CLOCK_SUSPECT));
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("a watermark that goes back in time is counted and changes nothing") {
    Bench bench(make_config());
    auto batches = stream_without(20, {}).batches();
    hw::Batch back;
    back.watermark = at(grid(1));
    batches.insert(batches.begin() + 10, std::move(back));
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    CHECK(bench.fault("time-backwards") == 1);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("readings from the far future are counted and go no further") {
    Bench bench(make_config());
    auto batches = stream_without(20, {}).batches();
    const double future = 281474976710656.0;  // a flipped bit 48
    auto& hit = batches[6];
    hit.marks.push_back({at(future), 4, hw::Mark::Kind::EXTRACT, std::nullopt});
    proto::Trace trace;
    trace.first = at(future);
    trace.count = 1;
    hit.samples.push_back(0);
    hit.traces.push_back(trace);
    hit.charges.push_back({at(future), std::nullopt, 1, 1, false});
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    CHECK(bench.fault("far-future-timestamp") == 3);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("a watermark from the far future is not believed unless the next one agrees") {
    const bool agrees = GENERATE(false, true);
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    stream.end = grid(20);
    stream.ends = false;
    bench.pipeline.begin(7, {});
    auto batches = stream.batches();
    if (!agrees) batches[12].watermark = at(grid(600 * 60));
    bench.feed(std::move(batches));
    if (agrees) {  // the beam's clock was off for a quarter of a minute
        for (const double n : {920.5, 921.5}) {
            hw::Batch later;
            later.watermark = at(grid(n));
            bench.pipeline.accept(std::move(later), bench.outlet);
        }
    }
    bench.finish();
    CHECK(bench.fault("far-future-timestamp") == (agrees ? 0 : 1));
    CHECK(bench.outlet.verdicts.size() == (agrees ? 922 : 20));
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("a timestamp rollover that the device reports is counted") {
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    stream.events.push_back({hw::DeviceEvent::Kind::DROPPED, at(grid(9.5)), "timestamp-rollover", 1, {}});
    bench.run(stream);
    CHECK(bench.fault("timestamp-rollover") == 1);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("what a device only counted is counted by its name, and no slot is lost for it") {
    Bench bench(make_config());
    auto stream = stream_without(20, {});
    stream.events.push_back({hw::DeviceEvent::Kind::COUNTED, at(grid(9.5)), "dead-time-rejected", 7, {}});
    bench.run(stream);
    std::uint64_t counted = 0;
    for (const auto& drop : bench.pipeline.statistics().drops)
        if (drop.name == "dead-time-rejected") counted = drop.value;
    CHECK(counted == 7);
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("deliberate holes are of another target and no fault") {
    Bench bench(make_config(beam_triggered, "holes { cycle: 4 phase: 1 phase: 3 }"));
    Stream stream;
    stream.end = grid(20) - ms(1);
    for (int i = 0; i < 20; ++i) {
        if (i % 4 == 3) continue;  // no mark; phase 1 has one
        stream.mark(grid(i), 1000 + i);
        stream.record(grid(i));
        stream.charge(grid(i));
    }
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-missed") == 0);
    for (std::size_t slot = 0; slot < 20; ++slot) {
        CHECK(bench.has(slot, SlotQuality::OTHER_TARGET) == (slot % 2 == 1));
        CHECK(bench.verdict(slot).is_spill() == (slot % 2 == 0));
        CHECK(bench.is(slot, slot % 4 == 3 ? wire::MARK_MISSED : wire::COMPLETE));
    }
}

}  // namespace spillgate::daq::test
