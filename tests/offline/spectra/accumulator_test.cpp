// Joining candidates with verdicts: any order, each slot once, bounded, and every loss counted.
#include "offline/spectra/accumulator.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "tests/offline/spectra/random_slots.hpp"
#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

const std::string one_spectrum =
    std::string(selection_all) +
    R"(spectrum { name: "x" selection: "all" axis { variable: "x" bins: 16 min: 0 max: 8 } })";

std::vector<Slot> slots_of_two_daemons(std::uint64_t seed, std::size_t n) {
    auto slots = random_slots(seed, n, "one");
    for (auto& slot : random_slots(seed + 1, n, "two"))
        slots.push_back(std::move(slot));
    return slots;
}

// Either half of a slot.
struct Half {
    const Slot* slot = nullptr;
    bool is_verdict = false;
};

std::vector<Half> halves_of(const std::vector<Slot>& slots) {
    std::vector<Half> halves;
    for (const auto& slot : slots) {
        if (slot.verdict.has_record) halves.push_back({&slot, false});
        halves.push_back({&slot, true});
    }
    return halves;
}

void add(Accumulator& accumulator, const Half& half) {
    if (half.is_verdict) return accumulator.add(half.slot->verdict);
    auto candidates = half.slot->candidates;
    accumulator.add(half.slot->verdict.daemon, candidates);
}

}  // namespace

TEST_CASE("whatever the order of candidates and verdicts, each slot is filled once", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const auto engine = window_engine(window_config(one_spectrum));
    const auto slots = slots_of_two_daemons(seed, 400);
    auto expected = engine->make_spectra();
    std::size_t with_record = 0;
    for (const auto& slot : slots) {
        if (slot.verdict.has_record)
            expected->fill(slot.candidates, slot.verdict);
        else
            expected->fill(slot.verdict);
        with_record += slot.verdict.has_record ? 1 : 0;
    }
    std::mt19937_64 random(seed);
    auto halves = halves_of(slots);
    // Some come twice, as when a gap is healed that was none.
    const auto once = halves.size();
    for (std::size_t i = 0; i < once; i += 7)
        halves.push_back(halves[i]);
    for (int round = 0; round < 3; ++round) {
        std::shuffle(halves.begin(), halves.end(), random);
        auto spectra = engine->make_spectra();
        Accumulator accumulator(*spectra, 10000);
        std::size_t seen = 0;
        accumulator.observe([&](std::string_view, const SlotCandidates& c, const proto::Verdict& v) {
            REQUIRE(c.slot == v.slot);
            ++seen;
        });
        for (const auto& half : halves)
            add(accumulator, half);
        CHECK(accumulator.pending_records() == 0);
        CHECK(accumulator.pending_verdicts() == 0);
        accumulator.finish();
        CHECK(spectra->serialise() == expected->serialise());
        CHECK(seen == with_record);
        CHECK(accumulator.counts().joined == with_record);
        CHECK(accumulator.counts().without_record == slots.size() - with_record);
        CHECK(accumulator.counts().duplicates == halves.size() - once);
        CHECK(accumulator.account().at("one").size() == 400);
        CHECK(accumulator.account().at("one").ranges().size() == 1);
    }
}

TEST_CASE("beyond its bound the accumulator gives up the lowest slots, counts them, and takes them again") {
    const auto engine = window_engine(window_config(one_spectrum));
    auto slots = random_slots(3, 100);
    for (auto& slot : slots)
        slot.verdict.has_record = true;
    auto spectra = engine->make_spectra();
    Accumulator accumulator(*spectra, 10);
    for (const auto& slot : slots) {
        add(accumulator, {&slot, false});
        REQUIRE(accumulator.pending_records() <= 10);
    }
    CHECK(accumulator.counts().given_up_records == 90);
    for (const auto& slot : slots) {
        add(accumulator, {&slot, true});
        REQUIRE(accumulator.pending_verdicts() <= 10);
    }
    CHECK(accumulator.counts().joined == 10);
    CHECK(accumulator.counts().given_up_verdicts == 80);
    CHECK_FALSE(accumulator.accounted("daq", 0));
    for (const auto& slot : slots) {
        add(accumulator, {&slot, false});
        add(accumulator, {&slot, true});
    }
    CHECK(spectra->slots() == 100);
    CHECK(accumulator.accounted("daq", 0));
    auto expected = engine->make_spectra();
    for (const auto& slot : slots)
        expected->fill(slot.candidates, slot.verdict);
    CHECK(spectra->serialise() == expected->serialise());
}

TEST_CASE(
    "at the end a verdict without its record is a slot without exposure, a record without verdict none") {
    const auto engine = window_engine(window_config(one_spectrum));
    auto slots = random_slots(4, 3);
    for (auto& slot : slots)
        slot.verdict.has_record = true;
    auto spectra = engine->make_spectra();
    Accumulator accumulator(*spectra, 10);
    add(accumulator, {slots.data(), true});
    add(accumulator, {&slots[1], false});
    accumulator.finish();
    CHECK(accumulator.counts().record_lost == 1);
    CHECK(accumulator.counts().verdict_lost == 1);
    CHECK(spectra->slots() == 1);
    CHECK(*spectra->histogram(0).exposure == ExposureSums{});
    CHECK(accumulator.accounted("daq", 0));
    CHECK_FALSE(accumulator.accounted("daq", 1));
}

TEST_CASE("an accumulator continues from the account of a checkpoint") {
    const auto engine = window_engine(window_config(one_spectrum));
    auto slots = random_slots(5, 10);
    auto spectra = engine->make_spectra();
    Accumulator first(*spectra, 100);
    const std::vector<Slot> some(slots.begin(), slots.begin() + 6);
    for (const auto& half : halves_of(some))
        add(first, half);
    Accumulator second(*spectra, 100);
    second.restore(first.account());
    for (const auto& half : halves_of(slots))
        add(second, half);
    CHECK(spectra->slots() == 10);
}
