// Each named fault of charge, flavour and veto: counted under its name, never interpolated, and the sums
// hold.
#include <limits>

#include <catch2/catch.hpp>

#include "proto/wire.hpp"
#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;
constexpr std::int64_t pulse_pc = 23'300'000;

// Marks and records of slots 0 … n−1; charge is the test's business.
Stream marks_only(int n) {
    Stream stream;
    stream.end = grid(n) - ms(1);
    for (int i = 0; i < n; ++i) {
        stream.mark(grid(i));
        stream.record(grid(i));
    }
    return stream;
}

}  // namespace

TEST_CASE("charge that comes one mark late goes to the slot before, and the last spill has none") {
    Bench bench(make_config(beam_triggered, "charge_offset: -1"));
    auto stream = marks_only(10);
    for (int i = 0; i < 10; ++i)
        stream.charge(grid(i), 1000 + i - 1);
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 10);
    for (std::size_t slot = 0; slot < 9; ++slot) {
        CHECK(bench.verdict(slot).charge_state == wire::CHARGE_MEASURED);
        CHECK(bench.verdict(slot).charge_pc == 1000 + static_cast<std::int64_t>(slot));
    }
    CHECK(bench.verdict(9).charge_state == wire::CHARGE_MISSING);
    CHECK(bench.fault("charge-missing") == 1);
    CHECK(bench.fault("charge-for-no-mark") == 0);
}

TEST_CASE("charge is not shifted over a missed mark") {
    Bench bench(make_config(beam_triggered, "charge_offset: -1"));
    Stream stream;
    stream.end = grid(10) - ms(1);
    for (int i = 0; i < 10; ++i) {
        stream.charge(grid(i), pulse_pc);
        if (i == 5) continue;
        stream.mark(grid(i));
        stream.record(grid(i));
    }
    bench.run(stream);
    // The report with mark 5 found no mark; the one with mark 6 follows a gap of two periods.
    CHECK(bench.verdict(4).charge_state == wire::CHARGE_UNCORRECTED);
    CHECK(bench.verdict(5).charge_state == wire::CHARGE_UNCORRECTED);
    CHECK(bench.verdict(6).charge_state == wire::CHARGE_MEASURED);
    CHECK(bench.has(4, SlotQuality::CHARGE_UNCORRECTED));
    CHECK(bench.fault("charge-uncorrected") == 2);
    CHECK(bench.fault("charge-for-no-mark") == 1);
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.charge_measured_pc() == 7 * pulse_pc);  // 0–3 and 6–8
    CHECK(totals.charge_uncorrected_slots() == 1);       // 4; 5 is no spill
}

TEST_CASE("a charge that no proton pulse has is counted, and its slot's charge is missing, not unreadable") {
    Bench bench(make_config());
    auto stream = marks_only(10);
    for (int i = 0; i < 10; ++i)
        stream.charge(grid(i), i == 3   ? std::numeric_limits<std::int64_t>::max()
                               : i == 4 ? std::numeric_limits<std::int64_t>::min()
                               : i == 5 ? proto::max_charge_pc
                                        : pulse_pc);
    bench.run(stream);
    REQUIRE(bench.outlet.verdicts.size() == 10);
    CHECK(bench.verdict(3).charge_state == wire::CHARGE_MISSING);
    CHECK(bench.verdict(4).charge_state == wire::CHARGE_MISSING);
    CHECK(bench.verdict(5).charge_pc == proto::max_charge_pc);
    CHECK(bench.drop("charge-impossible") == 2);
    CHECK(bench.fault("charge-missing") == 2);
}

TEST_CASE("a missing charge is missing, from the deadline on") {
    Bench bench(make_config());
    auto stream = marks_only(30);
    for (int i = 0; i < 30; ++i)
        if (i != 7) stream.charge(grid(i));
    stream.ends = false;
    bench.pipeline.begin(7, {});
    bench.feed(stream.batches());
    // 0.2 s are 12 slots: slot 7 was judged at its deadline, long before the end.
    REQUIRE(bench.outlet.verdicts.size() > 8);
    CHECK(bench.verdict(7).charge_state == wire::CHARGE_MISSING);
    CHECK(bench.verdict(7).charge_pc == 0);
    CHECK(bench.has(7, SlotQuality::CHARGE_MISSING));
    CHECK(bench.fault("charge-missing") == 1);
    bench.finish();
    CHECK(bench.fault("charge-missing") == 1);
}

TEST_CASE(
    "in a beam-off run a slot without a charge report is no spill, and one with protons is told all the "
    "same") {
    Bench bench(make_config());
    auto stream = marks_only(30);
    stream.charge(grid(7));
    bench.pipeline.begin(7, {}, false, true);
    bench.feed(stream.batches());
    bench.finish();
    for (std::size_t slot = 0; slot < bench.outlet.verdicts.size(); ++slot)
        CHECK(bench.verdict(slot).is_spill() == (slot == 7));
    CHECK(bench.pipeline.statistics().ledger.totals().spills() == 1);
}

TEST_CASE("a charge report after its slot's verdict is counted and changes nothing") {
    Bench bench(make_config());
    auto stream = marks_only(30);
    for (int i = 0; i < 30; ++i)
        if (i != 3) stream.charge(grid(i));
    auto batches = stream.batches();
    batches[batches.size() - 2].charges.push_back({at(grid(3)), std::nullopt, pulse_pc, 1, false});
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    CHECK(bench.verdict(3).charge_state == wire::CHARGE_MISSING);
    CHECK(bench.drop("charge-late") == 1);
    CHECK(bench.fault("charge-out-of-order") >= 1);
}

TEST_CASE("charge reports out of order are counted and still find their marks") {
    Bench bench(make_config());
    auto stream = marks_only(20);
    for (int i = 0; i < 20; ++i)
        stream.charge(grid(i), 1000 + i);
    std::swap(stream.charges[5], stream.charges[6]);
    bench.pipeline.begin(7, {});
    bench.feed(stream.batches({grid(2.5), grid(10.5)}));
    bench.finish();
    CHECK(bench.fault("charge-out-of-order") == 1);
    for (std::size_t slot = 0; slot < 20; ++slot)
        CHECK(bench.verdict(slot).charge_pc == 1000 + static_cast<std::int64_t>(slot));
}

TEST_CASE("a second report for one mark is counted and ignored") {
    Bench bench(make_config());
    auto stream = marks_only(10);
    for (int i = 0; i < 10; ++i)
        stream.charge(grid(i), 1000);
    stream.charge(grid(5) + 10, 2000);
    stream.sort();
    bench.run(stream);
    CHECK(bench.drop("charge-duplicate") == 1);
    CHECK(bench.verdict(5).charge_pc == 1000);
}

TEST_CASE("charge without a mark is counted") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(10) - ms(1);
    for (int i = 0; i < 10; ++i)
        if (i != 4) stream.good_slot(i);
    stream.charge(grid(4));
    stream.sort();
    bench.run(stream);
    CHECK(bench.fault("charge-for-no-mark") == 1);
    CHECK(bench.is(4, wire::MARK_MISSED));
    CHECK_FALSE(bench.verdict(4).is_spill());
    CHECK(bench.pipeline.statistics().ledger.totals().charge_measured_pc() == 9 * pulse_pc);
}

TEST_CASE("cycle ids match charge to marks where times do not") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(10) - ms(1);
    for (int i = 0; i < 10; ++i) {
        stream.mark(grid(i), 500 + i);
        stream.record(grid(i));
        stream.charge(grid(i + 0.7), 1000 + i).cycle_id = 500 + static_cast<std::uint64_t>(i);
    }
    stream.charge(grid(5.8)).cycle_id = 9999;
    stream.sort();
    bench.run(stream);
    CHECK(bench.fault("charge-for-no-mark") == 1);
    for (std::size_t slot = 0; slot < 9; ++slot)
        CHECK(bench.verdict(slot).charge_pc == 1000 + static_cast<std::int64_t>(slot));
}

TEST_CASE("flavour, veto and empty pulses say what the slot was") {
    Bench bench(make_config());
    auto stream = marks_only(8);
    stream.charge(grid(0));
    stream.charge(grid(1), pulse_pc, 2);        // target 2
    stream.charge(grid(2), 0, 0);               // no beam
    stream.charge(grid(3), 0, 1);               // flavour says beam, charge says none
    stream.charge(grid(4), 0, 1, true);         // vetoed
    stream.charge(grid(5), pulse_pc, 1, true);  // vetoed with charge
    stream.charge(grid(6), pulse_pc, 0);        // charge without a flavour
    stream.charge(grid(7));
    bench.run(stream);
    CHECK(bench.verdict(0).is_spill());
    CHECK(bench.has(1, SlotQuality::OTHER_TARGET));
    CHECK(bench.fault("flavour-not-ours") == 1);
    CHECK(bench.has(2, SlotQuality::NO_BEAM));
    CHECK(bench.has(3, SlotQuality::NO_BEAM));
    CHECK(bench.has(4, SlotQuality::VETOED));
    CHECK_FALSE(bench.has(4, SlotQuality::VETOED_WITH_CHARGE));
    CHECK(bench.has(5, SlotQuality::VETOED_WITH_CHARGE));
    CHECK(bench.fault("vetoed-with-charge") == 1);
    CHECK(bench.has(6, SlotQuality::NO_BEAM));
    const auto totals = bench.pipeline.statistics().ledger.totals();
    CHECK(totals.spills() == 2);
    CHECK(totals.complete() == 8);
    CHECK(totals.charge_measured_pc() == 2 * pulse_pc);
}

TEST_CASE("a slot without a charge report is no spill where the beam-on signal stays away") {
    Bench bench(make_config());
    auto stream = marks_only(20);
    for (int i = 0; i < 20; ++i) {
        if (i != 6 && i != 7) stream.charge(grid(i));
        if (i != 7) stream.mark(grid(i) + us(2), std::nullopt, hw::Mark::Kind::BEAM_ON);
    }
    stream.sort();
    bench.run(stream);
    CHECK_FALSE(bench.has(6, SlotQuality::NO_BEAM));
    CHECK(bench.has(7, SlotQuality::NO_BEAM));
    CHECK(bench.outlet.verdicts.size() == 20);
    CHECK(bench.fault("mark-extra") == 0);
}

}  // namespace spillgate::daq::test
