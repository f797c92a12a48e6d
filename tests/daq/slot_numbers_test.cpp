// How slots are numbered: starts, gaps, cycle ids, epochs.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

std::size_t slots_with(const Bench& bench, SlotQuality quality) {
    return static_cast<std::size_t>(
        std::ranges::count_if(bench.outlet.verdicts, [&](const auto& v) { return v.has(quality); }));
}

}  // namespace

TEST_CASE("slot 0 is the first mark at or after the committed start, whether or not its mark came") {
    const bool first_comes = GENERATE(true, false);
    const bool period_known = GENERATE(true, false);
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(30) - ms(1);
    for (int i = period_known ? 0 : 10; i < 30; ++i)
        if (i != 10 || first_comes) stream.good_slot(i);
    StartRule rule;
    rule.not_before = at(grid(9.5));
    bench.run(stream, rule);
    REQUIRE(bench.outlet.verdicts.size() == 20);
    CHECK(bench.is(0, first_comes ? wire::COMPLETE : wire::MARK_MISSED));
    CHECK(proto::ticks_between(bench.verdict(1).t0, at(grid(11))) == Approx(0).margin(1));
    CHECK(slots_with(bench, SlotQuality::SLOT_ESTIMATED) == 0);
}

TEST_CASE("a start that a mark almost touches leaves the numbers estimated") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(30) - ms(1);
    for (int i = 11; i < 30; ++i)
        stream.good_slot(i);
    StartRule rule;
    rule.not_before =
        at(grid(10) + 5);  // was there a mark at or after this, one period before the first seen?
    bench.run(stream, rule);
    CHECK(bench.has(0, SlotQuality::SLOT_ESTIMATED));
}

TEST_CASE("a start by cycle id counts from that id") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(20) - ms(1);
    for (int i = 8; i < 20; ++i) {
        stream.mark(grid(i), 100 + i);
        stream.record(grid(i));
    }
    StartRule rule;
    rule.not_before_cycle = 105;
    bench.run(stream, rule);
    REQUIRE(bench.outlet.verdicts.size() == 15);
    for (std::size_t slot = 0; slot < 15; ++slot)
        CHECK(bench.verdict(slot).cycle_id == 105 + slot);
    CHECK(bench.is(2, wire::MARK_MISSED));
    CHECK(bench.is(3, wire::COMPLETE));
}

TEST_CASE("a gap that time cannot count is estimated, unless cycle ids count it") {
    const bool with_ids = GENERATE(false, true);
    // 1 ms/s: after 9 s a prediction may be off by half a period.
    Bench bench(make_config(beam_triggered, "period_drift_ns_per_s: 1000000"));
    Stream stream;
    stream.end = grid(640) - ms(1);
    for (int i = 0; i < 640; ++i) {
        if (i >= 10 && i < 610) continue;
        const auto cycle = static_cast<std::uint64_t>(7000 + i);
        // The facility came back a full period late: one cycle fewer fitted into the gap.
        const double when = i < 610 ? i : i + 1;
        if (with_ids)
            stream.mark(grid(when), cycle);
        else
            stream.mark(grid(when));
        stream.record(grid(when));
    }
    stream.end = grid(641) - ms(1);
    bench.run(stream);
    CHECK(bench.has(5, SlotQuality::SLOT_ESTIMATED) == false);
    const auto last = bench.outlet.verdicts.size() - 1;
    if (with_ids) {
        // Slots by cycle id, whatever time suggested.
        CHECK_FALSE(bench.has(last, SlotQuality::SLOT_ESTIMATED));
        for (const auto& verdict : bench.outlet.verdicts) {
            REQUIRE(verdict.cycle_id);
            CHECK(*verdict.cycle_id == 7000 + verdict.slot);
        }
    } else {
        CHECK(bench.has(last, SlotQuality::SLOT_ESTIMATED));
        CHECK(bench.has(400, SlotQuality::SLOT_ESTIMATED) == false);
        CHECK(bench.has(600, SlotQuality::SLOT_ESTIMATED));
    }
}

TEST_CASE("a cycle id that contradicts a certain time is counted and doubted, and time stands") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(20) - ms(1);
    for (int i = 0; i < 20; ++i) {
        stream.mark(grid(i), i == 6 ? 4242 : 100 + i);
        stream.record(grid(i));
    }
    bench.run(stream);
    CHECK(bench.outlet.verdicts.size() == 20);
    CHECK(bench.drop("cycle-id-disagrees") == 1);
    CHECK(slots_with(bench, SlotQuality::CLOCK_SUSPECT) == 1);
    CHECK(bench.has(6, SlotQuality::CLOCK_SUSPECT));
}

TEST_CASE("slots go on across epochs, by cycle id, by a clock that was followed, or estimated") {
    const bool with_ids = GENERATE(false, true);
    // How well the source could follow its clock, ns; 0: not at all.
    const double followed_ns = GENERATE(0.0, 5e6, 9e6);
    Bench bench(make_config());
    const auto mark = [&](Stream& stream, int i, double when) {
        if (with_ids)
            stream.mark(when, 100 + static_cast<std::uint64_t>(i));
        else
            stream.mark(when);
        stream.record(when);
    };
    Stream before;
    before.end = grid(10) - ms(1);
    before.ends = false;
    for (int i = 0; i < 10; ++i)
        mark(before, i, grid(i));
    before.events.push_back({hw::DeviceEvent::Kind::LOST, at(grid(9.9)), "link", 1, {}});
    Stream after;  // its clock begins anew; three cycles went by
    after.epoch = 1;
    after.end = ms(10) + 10 * period - ms(1);
    for (int i = 0; i < 10; ++i)
        mark(after, 13 + i, ms(10) + i * period);
    after.events.push_back({hw::DeviceEvent::Kind::READOPTED, at(ms(5), 1), "link", 1, {}, {}});
    // ms(10) of the new clock is the mark of slot 13; the source is wrong by half of what it says.
    if (followed_ns > 0)
        after.events.back().before = {at(grid(13) - ms(5) + 0.5 * ms(followed_ns * 1e-6)), followed_ns};
    bench.pipeline.begin(7, {});
    bench.feed(before.batches({grid(2.2), grid(7.7)}));
    // The first mark may come in a batch after that of the readoption.
    bench.feed(after.batches(GENERATE(false, true) ? std::vector<double>{ms(40), ms(100)}
                                                   : std::vector<double>{ms(6), ms(8), ms(100)}));
    bench.finish();
    if (with_ids || followed_ns > 0) {
        REQUIRE(bench.outlet.verdicts.size() == 23);
        for (const std::size_t slot : {10, 11, 12})
            CHECK(bench.is(slot, wire::LOST_DEVICE));
        if (with_ids)
            for (const auto& verdict : bench.outlet.verdicts)
                CHECK(verdict.cycle_id == 100 + verdict.slot);
        // 9 ms may be a slot more or less: half a period is 8.3 ms.
        const bool certain = with_ids || followed_ns < 8e6;
        CHECK(slots_with(bench, SlotQuality::SLOT_ESTIMATED) == (certain ? 0 : 13));
        CHECK(bench.drop("gap-not-counted") == 0);
    } else {
        REQUIRE(bench.outlet.verdicts.size() == 20);
        CHECK_FALSE(bench.has(9, SlotQuality::SLOT_ESTIMATED));
        CHECK(slots_with(bench, SlotQuality::SLOT_ESTIMATED) == 10);
        CHECK(bench.drop("gap-not-counted") == 1);
    }
    CHECK(bench.pipeline.statistics().ledger.totals().complete() == 20);
}

TEST_CASE("slots of a lost board without marks are lost to the device, not missed") {
    Bench bench(make_config(), {board_info(0), board_info(1)});
    Stream marks;
    marks.end = grid(12) - ms(1);
    for (int i = 0; i < 5; ++i)
        marks.good_slot(i);
    for (int i = 9; i < 12; ++i)
        marks.good_slot(i);
    marks.events.push_back({hw::DeviceEvent::Kind::LOST, at(grid(4.5)), "link", 1, {}});
    marks.events.push_back({hw::DeviceEvent::Kind::READOPTED, at(grid(8.5)), "link", 1, {}});
    Stream other(1);
    other.end = grid(12) - ms(1);
    auto early = marks.batches({grid(4.6), grid(8.4)});
    auto late = other.batches({grid(8.4)});
    bench.pipeline.begin(7, {});
    bench.pipeline.accept(std::move(early[0]), bench.outlet);
    bench.pipeline.accept(std::move(late[0]), bench.outlet);  // the other board's time goes on
    bench.pipeline.accept(std::move(early[1]), bench.outlet);
    bench.pipeline.accept(std::move(early[2]), bench.outlet);
    bench.pipeline.accept(std::move(late[1]), bench.outlet);
    bench.finish();
    REQUIRE(bench.outlet.verdicts.size() == 12);
    for (std::size_t slot = 0; slot < 12; ++slot)
        CHECK(bench.is(slot, slot >= 5 && slot < 9 ? wire::LOST_DEVICE : wire::COMPLETE));
}

}  // namespace spillgate::daq::test
