#include "proto/ledger.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace spillgate::proto;
namespace wire = spillgate::wire;

namespace {

Verdict random_verdict(std::mt19937_64& random, std::uint64_t slot) {
    Verdict v;
    v.slot = slot;
    v.disposition = static_cast<Disposition>(1 + random() % 8);
    v.quality = static_cast<std::uint32_t>(random() % (1u << slot_quality_bits));
    v.charge_state = static_cast<ChargeState>(random() % 4);
    v.charge_pc = static_cast<std::int64_t>(random() % 30'000'000);
    v.frequency_hz = 250e6;
    for (std::uint64_t k = random() % 4; k > 0; --k)
        v.windows.push_back({static_cast<WindowKind>(random() % 4),
                             static_cast<std::int64_t>(random() % 20000),
                             static_cast<std::int64_t>(random() % 100), random() % 5 == 0, false});
    return v;
}

}  // namespace

TEST_CASE("every slot is in exactly one disposition, or the ledger does not close") {
    Ledger ledger;
    Verdict v;
    v.disposition = wire::COMPLETE;
    ledger.add(v);
    CHECK(ledger.closes());
    v.disposition = wire::INVALID;
    ledger.add(v);
    CHECK_FALSE(ledger.closes());
    CHECK(ledger.totals().slots() == 2);
}

TEST_CASE("a missing or uncorrected charge is counted and never summed") {
    Ledger ledger;
    Verdict v;
    v.disposition = wire::COMPLETE;
    v.charge_pc = 23'300'000;
    for (const auto state :
         {wire::CHARGE_MEASURED, wire::CHARGE_ESTIMATED, wire::CHARGE_MISSING, wire::CHARGE_UNCORRECTED}) {
        v.charge_state = state;
        ledger.add(v);
    }
    v.charge_state = wire::CHARGE_MEASURED;
    v.quality = bit(SlotQuality::OTHER_TARGET);
    ledger.add(v);
    const auto totals = ledger.totals();
    CHECK(totals.charge_measured_pc() == 23'300'000);
    CHECK(totals.charge_recorded_pc() == 23'300'000);
    CHECK(totals.charge_estimated_pc() == 23'300'000);
    CHECK(totals.charge_missing_slots() == 1);
    CHECK(totals.charge_uncorrected_slots() == 1);
    CHECK(totals.spills() == 4);
    REQUIRE(totals.quality_size() == 1);
    CHECK(totals.quality(0).name() == "other-target");
}

TEST_CASE("only untruncated windows of complete slots are exposure, less their dead time") {
    Ledger ledger;
    Verdict v;
    v.disposition = wire::COMPLETE;
    v.windows = {{wire::IN_TIME, 1000, 10, false, false},
                 {wire::ANTI_COINCIDENT, 900, 0, false, false},
                 {wire::ANTI_COINCIDENT, 900, 0, true, false},
                 {wire::UNKNOWN, 5000, 0, false, false}};
    ledger.add(v);
    v.disposition = wire::TRUNCATED;
    ledger.add(v);
    CHECK(ledger.totals().in_time_roi_ticks() == 990);
    CHECK(ledger.totals().anti_coincident_roi_ticks() == 900);
}

TEST_CASE("ledgers of parts add up to the ledger of the whole, in any order", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Ledger whole, first, second;
    for (std::uint64_t slot = 0; slot < 500; ++slot) {
        const auto v = random_verdict(random, slot);
        whole.add(v);
        (random() % 2 == 0 ? first : second).add(v);
    }
    whole.add(Fault::MARK_EXTRA, 5);
    first.add(Fault::MARK_EXTRA, 2);
    second.add(Fault::MARK_EXTRA, 3);
    auto merged = second;
    merged.merge(first);
    CHECK(merged.totals().SerializeAsString() == whole.totals().SerializeAsString());
    CHECK(merged.closes() == whole.closes());
}
