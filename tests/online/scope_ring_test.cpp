#include "online/scope/scope_ring.hpp"

#include <catch2/catch.hpp>

#include "online/scope/scope_choice.hpp"
#include "online/scope/scope_holds.hpp"
#include "tests/online/scope_slots.hpp"

using namespace spillgate;
using online::ScopeFilter;
using online::ScopeRing;
using test::ScopeSlotPlan;
using Slots = std::vector<std::uint64_t>;

namespace {

constexpr std::size_t csi = 0;
constexpr std::size_t muon = 1;

Slots numbers(const std::vector<online::ScopeSlotPtr>& slots) {
    Slots out;
    for (const auto& slot : slots)
        out.push_back(slot->slot);
    return out;
}

Slots passing(const ScopeRing& ring, ScopeFilter filter, std::size_t channel = csi) {
    return numbers(online::chosen_slots(*ring.newest(), channel, filter));
}

ScopeSlotPlan pulse_at(std::uint64_t slot, std::size_t sample, int depth = 20) {
    ScopeSlotPlan plan;
    plan.slot = slot;
    plan.pulses = {{sample, depth}};
    return plan;
}

}  // namespace

TEST_CASE("the scope has the last slots whose verdicts are in, once they are published") {
    ScopeRing ring({.kept = 3});
    test::ScopeFeeder feeder(ring);
    CHECK(ring.newest()->slots.empty());
    for (std::uint64_t slot = 0; slot < 5; ++slot)
        feeder.add({.slot = slot});
    feeder.add({.slot = 5}, false);
    CHECK(ring.newest()->slots.empty());
    const auto before = ring.newest()->generation;
    ring.publish();
    CHECK(ring.newest()->generation > before);
    CHECK(numbers(ring.newest()->slots) == Slots{2, 3, 4});
    ring.take(feeder.verdict({.slot = 5}));
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{3, 4, 5});
    const auto view = ring.newest();
    ring.publish();
    CHECK(ring.newest() == view);  // nothing has come
    CHECK(view->slots.back()->utc_ns == 6'000'000'000);
}

TEST_CASE("bytes bound what the scope keeps, slots that wait for their verdict among them") {
    ScopeRing all({});
    test::ScopeFeeder feeder(all);
    feeder.add({.slot = 0});
    const std::size_t one = all.bytes();
    REQUIRE(one > 140'000);  // two traces of 35 000 samples

    ScopeRing ring({.kept = 100, .bytes = 3 * one + one / 2});
    test::ScopeFeeder fed(ring);
    for (std::uint64_t slot = 0; slot < 10; ++slot)
        fed.add({.slot = slot});
    CHECK(ring.bytes() <= 3 * one + one / 2);
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{7, 8, 9});
    for (std::uint64_t slot = 10; slot < 20; ++slot)
        fed.add({.slot = slot}, false);
    CHECK(ring.bytes() <= 3 * one + one / 2);
    ring.publish();
    CHECK(ring.newest()->slots.empty());
    ring.take(fed.verdict({.slot = 19}));
    ring.take(fed.verdict({.slot = 10}));  // given up long ago
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{19});
}

TEST_CASE("slots whose verdict was lost take no room from those that are shown") {
    ScopeRing all({});
    test::ScopeFeeder feeder(all);
    feeder.add({.slot = 0});
    const std::size_t one = all.bytes();

    ScopeRing ring({.kept = 3, .bytes = 5 * one + one / 2});
    test::ScopeFeeder fed(ring);
    for (std::uint64_t slot = 0; slot < 30; ++slot)
        fed.add({.slot = slot}, slot % 2 == 0);
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{24, 26, 28});
    ring.take(fed.verdict({.slot = 29}));  // late, not lost
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{26, 28, 29});

    // Nor do the last ones of a run that is over.
    for (std::uint64_t slot = 30; slot < 33; ++slot)
        fed.add({.slot = slot}, false);
    for (std::uint64_t slot = 0; slot < 3; ++slot)
        fed.add({.slot = slot, .run = 8});
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{0, 1, 2});
    CHECK(ring.bytes() < 4 * one);
}

TEST_CASE("another daemon's verdicts say nothing of a slot that waits for its own") {
    ScopeRing ring({});
    test::ScopeFeeder feeder(ring);
    feeder.add({.slot = 4}, false);
    auto of_another = feeder.verdict({.slot = 5});
    of_another.daemon = "east";
    ring.take(of_another);
    ring.take(feeder.verdict({.slot = 4}));
    ring.publish();
    CHECK(numbers(ring.newest()->slots) == Slots{4});
}

TEST_CASE("filters find slots by what was found in windows of a kind") {
    ScopeRing ring({});
    test::ScopeFeeder feeder(ring);
    feeder.add({.slot = 0});
    feeder.add(pulse_at(1, test::sample_in_ac));
    feeder.add(pulse_at(2, test::sample_in_c));
    feeder.add(pulse_at(3, test::sample_in_c, 300));  // down to the lowest code
    auto none = pulse_at(4, test::sample_in_c, 30);
    none.beam = false;
    feeder.add(none);
    auto vetoed = ScopeSlotPlan{.slot = 5};
    vetoed.vetoed = true;
    feeder.add(vetoed);
    ring.publish();
    using enum ScopeFilter::Which;
    using offline::WindowClass;
    CHECK(passing(ring, {}) == Slots{0, 1, 2, 3, 4, 5});
    CHECK(passing(ring, {PULSE, {}}) == Slots{1, 2, 3, 4});
    CHECK(passing(ring, {PULSE, WindowClass::ANTI_COINCIDENT}) == Slots{1});
    CHECK(passing(ring, {PULSE, WindowClass::IN_TIME}) == Slots{2, 3});
    CHECK(passing(ring, {PULSE, WindowClass::NO_BEAM}) == Slots{4});
    CHECK(passing(ring, {LATEST, WindowClass::NO_BEAM}) == Slots{4});
    CHECK(passing(ring, {SATURATED, {}}) == Slots{3});
    CHECK(passing(ring, {VETOED, {}}) == Slots{5});
    CHECK(passing(ring, {LARGEST, {}}) == Slots{1, 2, 4, 3});
    CHECK(passing(ring, {LARGEST, WindowClass::IN_TIME}) == Slots{2, 3});
    // What no chain reads goes by the detectors beside it.
    CHECK(passing(ring, {PULSE, {}}, muon) == Slots{1, 2, 3, 4});
}

TEST_CASE("the largest of a run stay when the last slots have gone by, up to their own bounds") {
    ScopeRing ring({.kept = 2, .largest = 3});
    test::ScopeFeeder feeder(ring);
    const std::vector<int> depths{60, 10, 90, 40, 70, 20};
    for (std::uint64_t slot = 0; slot < depths.size(); ++slot)
        feeder.add(pulse_at(slot, test::sample_in_c, depths[slot]));
    for (std::uint64_t slot = 6; slot < 10; ++slot)
        feeder.add({.slot = slot});
    ring.publish();
    const ScopeFilter largest{ScopeFilter::Which::LARGEST, {}};
    CHECK(passing(ring, {}) == Slots{8, 9});
    CHECK(passing(ring, largest) == Slots{0, 4, 2});
    CHECK(online::slot_at(*ring.newest(), csi, 0, 2) != nullptr);
    CHECK(online::slot_at(*ring.newest(), csi, 8, 2) == nullptr);
    CHECK(online::slot_at(*ring.newest(), csi, 0, 3) == nullptr);

    auto of_next = pulse_at(0, test::sample_in_c, 5);
    of_next.run = 8;
    feeder.add(of_next);
    ring.publish();
    CHECK(passing(ring, largest) == Slots{0});

    ScopeRing narrow({.kept = 1, .largest = 8, .largest_bytes = std::size_t{2} * 150'000});
    test::ScopeFeeder fed(narrow);
    for (std::uint64_t slot = 0; slot < depths.size(); ++slot)
        fed.add(pulse_at(slot, test::sample_in_c, depths[slot]));
    narrow.publish();
    REQUIRE(narrow.newest()->largest[csi].size() == 2);
    CHECK(narrow.newest()->largest[csi].front()->slot == 2);
}

TEST_CASE("with another configuration the scope forgets") {
    ScopeRing ring({});
    test::ScopeFeeder feeder(ring);
    feeder.add(pulse_at(1, test::sample_in_c));
    ring.publish();
    REQUIRE(passing(ring, {}).size() == 1);
    const test::ScopeFeeder other(ring);
    CHECK(passing(ring, {}).empty());
    CHECK(ring.bytes() == 0);
}

TEST_CASE("few views are held, each while somebody asks for it") {
    ScopeRing ring({.kept = 1});
    test::ScopeFeeder feeder(ring);
    online::ScopeHolds holds;
    const auto now = online::ScopeHolds::Clock::now();
    std::vector<std::string> names;
    for (std::uint64_t slot = 0; slot < 3; ++slot) {
        feeder.add({.slot = slot});
        ring.publish();
        if (slot == 2) CHECK(holds.find(names[0], now) != nullptr);  // so the other one goes
        names.push_back(holds.add(ring.newest(), now));
    }
    CHECK(names[0] != names[1]);
    CHECK(numbers(holds.find(names[0], now)->slots) == Slots{0});
    CHECK(holds.find(names[1], now) == nullptr);
    CHECK(numbers(holds.find(names[2], now)->slots) == Slots{2});
    const auto later = now + online::ScopeHolds::longest_silence + std::chrono::seconds(1);
    CHECK(holds.find(names[2], later) == nullptr);
    CHECK(holds.find("new", now) == nullptr);
}
