#include "online/run/slot_strip.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace spillgate;
using online::SlotStrip;

namespace {

constexpr double frequency_hz = 50e6;
constexpr double period_ns = 1e9 / 60;

// Of a mark `late_ns` after its place in an even beat.
proto::Verdict verdict(std::uint64_t slot, double late_ns = 0, std::uint32_t run = 1) {
    proto::Verdict v;
    v.run = run;
    v.slot = slot;
    v.disposition = wire::COMPLETE;
    v.charge_state = wire::CHARGE_MEASURED;
    v.charge_pc = 23'000'000;
    v.frequency_hz = frequency_hz;
    const double ticks = (static_cast<double>(slot) * period_ns + late_ns) * 1e-9 * frequency_hz;
    v.t0.ticks = static_cast<std::int64_t>(std::floor(ticks));
    v.t0.fraction = static_cast<std::uint16_t>((ticks - std::floor(ticks)) * 65536);
    v.utc_ns = static_cast<std::int64_t>(slot) * 1000;
    return v;
}

}  // namespace

TEST_CASE("a slot's deviation is its distance from one mean period after the mark before") {
    SlotStrip strip;
    strip.add(verdict(0), period_ns);
    strip.add(verdict(1, 800), period_ns);
    strip.add(verdict(2, 0), period_ns);
    const auto slots = strip.view()->slots;
    REQUIRE(slots.size() == 3);
    CHECK(std::isnan(slots[0].deviation_ns));
    CHECK(slots[1].deviation_ns == Approx(800).margin(0.01));
    CHECK(slots[2].deviation_ns == Approx(-800).margin(0.01));
    CHECK(slots[1].charge_pc == 23'000'000);
    CHECK(slots[1].is_spill());
}

TEST_CASE("a missed mark has no deviation, and the next one is measured over both periods") {
    SlotStrip strip;
    strip.add(verdict(0), period_ns);
    auto missed = verdict(1, 5000);  // predicted
    missed.disposition = wire::MARK_MISSED;
    strip.add(missed, period_ns);
    strip.add(verdict(2, 300), period_ns);
    const auto slots = strip.view()->slots;
    REQUIRE(slots.size() == 3);
    CHECK(std::isnan(slots[1].deviation_ns));
    CHECK_FALSE(slots[1].is_marked());
    CHECK_FALSE(slots[1].is_spill());
    CHECK(slots[2].deviation_ns == Approx(300).margin(0.01));
}

TEST_CASE("without a mean period, or across clocks that cannot be compared, the deviation is unknown") {
    SlotStrip strip;
    strip.add(verdict(0), 0);
    strip.add(verdict(1), 0);
    auto other = verdict(2);
    other.t0.epoch = 1;
    strip.add(other, period_ns);
    const auto view = strip.view();
    for (const auto& slot : view->slots)
        CHECK(std::isnan(slot.deviation_ns));
}

TEST_CASE("the last 600 slots stay, in order, whatever order they come in") {
    SlotStrip strip;
    for (std::uint64_t slot = 0; slot < 1000; ++slot)
        if (slot != 700) strip.add(verdict(slot, slot % 2 == 0 ? 0 : 100), period_ns);
    CHECK(strip.view()->slots.size() == 599);  // a gap is a gap
    strip.add(verdict(700), period_ns);        // read back later
    strip.add(verdict(3), period_ns);          // too old
    const auto view = strip.view();
    REQUIRE(view->slots.size() == 600);
    for (std::size_t i = 0; i < 600; ++i)
        CHECK(view->slots[i].slot == 400 + i);
    CHECK(view->slots[300].deviation_ns == Approx(-100).margin(0.01));
    CHECK(view->slots.back().deviation_ns == Approx(100).margin(0.01));
}

TEST_CASE("a new run begins an empty strip, and what is left of the old one is not mixed in") {
    SlotStrip strip;
    CHECK(strip.view()->run == 0);
    for (std::uint64_t slot = 0; slot < 50; ++slot)
        strip.add(verdict(slot), period_ns);
    strip.add(verdict(0, 0, 2), period_ns);
    strip.add(verdict(50, 0, 1), period_ns);
    const auto view = strip.view();
    CHECK(view->run == 2);
    REQUIRE(view->slots.size() == 1);
    CHECK(std::isnan(view->slots[0].deviation_ns));
}

TEST_CASE("slots that skip more than the strip leave nothing of what was before") {
    SlotStrip strip;
    for (std::uint64_t slot = 0; slot < 600; ++slot)
        strip.add(verdict(slot), period_ns);
    strip.add(verdict(100'000), period_ns);
    REQUIRE(strip.view()->slots.size() == 1);
    CHECK(strip.view()->slots[0].slot == 100'000);
}
