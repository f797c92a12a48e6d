// What is sealed of blinded runs, and that nothing else than counts changes by it.
#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "tests/offline/blinding_key.hpp"
#include "tests/offline/spectra/random_slots.hpp"
#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

const char* const the_box = R"(
    box { chain: "w" range { variable: "x" min: 1 max: 4.5 } range { variable: "y" min: 0 max: 5 } })";

std::string random_axis(std::mt19937_64& random) {
    const char* const names[] = {"x", "y", "peaks", "level"};
    const auto low = static_cast<int>(random() % 6) - 3;
    return fmt::format("axis {{ variable: \"{}\" bins: {} min: {} max: {} }} ", names[random() % 4],
                       1 + random() % 20, low, low + 1 + static_cast<int>(random() % 12));
}

// Spectra with any axes and cuts, always one along the box and one along a variable that is not in it.
std::string random_spectra(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string text = R"(
        selection { name: "all" alpha_relative_uncertainty: 0.02 }
        selection { name: "tight" cut { variable: "peaks" max: 4 cost: EXPOSURE }
            cut { variable: "y" min: 0.5 max: 6 cost: EFFICIENCY }
            reject_quality: "muon" reject_slot_quality: "charge-missing" }
        spectrum { name: "x" selection: "all" axis { variable: "x" bins: 16 min: 0 max: 8 } }
        spectrum { name: "level" selection: "tight" axis { variable: "level" bins: 5 min: 0 max: 100 } }
        spectrum { name: "peaks" selection: "all" axis { variable: "peaks" bins: 5 min: 0 max: 5 } })";
    for (int i = 0; i < 6; ++i)
        text += fmt::format("spectrum {{ name: \"s{}\" selection: \"{}\" {}{}{} }}", i,
                            random() % 2 == 0 ? "all" : "tight", random_axis(random),
                            random() % 2 == 0 ? random_axis(random) : "",
                            random() % 3 == 0 ? "channel: \"a\"" : "");
    return text;
}

std::shared_ptr<const Engine> engine_of(const std::string& text) {
    return window_engine(window_config(text));
}

std::unique_ptr<Spectra> filled(const Engine& engine, const std::vector<Slot>& slots) {
    auto spectra = engine.make_spectra();
    for (const auto& slot : slots)
        if (slot.verdict.has_record)
            spectra->fill(slot.candidates, slot.verdict);
        else
            spectra->fill(slot.verdict);
    return spectra;
}

std::vector<std::uint64_t> of(std::span<const std::uint64_t> counts) {
    return {counts.begin(), counts.end()};
}

std::uint64_t sum(std::span<const std::uint64_t> counts) {
    std::uint64_t all = 0;
    for (const auto n : counts)
        all += n;
    return all;
}

void require_all_but_in_time_equal(const HistogramView& a, const HistogramView& b) {
    REQUIRE(a.name == b.name);
    REQUIRE(of(a.anti_coincident) == of(b.anti_coincident));
    REQUIRE(of(a.free) == of(b.free));
    REQUIRE(of(a.no_beam) == of(b.no_beam));
    REQUIRE(*a.exposure == *b.exposure);
}

// Another candidate in the box, or none, in every in-time window that has one there.
std::vector<Slot> other_inside(std::vector<Slot> slots, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& slot : slots)
        for (auto& candidate : slot.candidates.candidates) {
            auto& value = candidate.value;
            const bool inside = value[X] >= 1 && value[X] < 4.5 && value[Y] >= 0 && value[Y] < 5;
            const bool empty = !candidate.found;
            if (candidate.kind != wire::IN_TIME || !slot.verdict.is_spill() || !(inside || empty)) continue;
            candidate.found = random() % 2 == 0;
            const double none = std::numeric_limits<double>::quiet_NaN();
            value[X] = candidate.found ? 1 + 0.25 * static_cast<double>(random() % 14) : none;
            value[Y] = candidate.found ? 0.25 * static_cast<double>(random() % 20) : none;
        }
    return slots;
}

}  // namespace

TEST_CASE("open and sealed counts together are those of a run that is not blinded, whatever the axes",
          "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const auto slots = random_slots(seed, 2500);
    const auto key = key_to_run(12);
    for (const std::string box : {"", the_box}) {
        const auto text = random_spectra(seed);
        const auto open = filled(*engine_of(text), slots);
        const auto blinded = filled(*engine_of(fmt::format("{}blinded: true{}", text, box)), slots);
        const auto opened = blinded->unsealed(key);
        REQUIRE(blinded->size() == open->size());
        std::uint64_t sealed_counts = 0;
        for (std::size_t i = 0; i < open->size(); ++i) {
            const auto all = open->histogram(i), some = blinded->histogram(i), again = opened->histogram(i);
            INFO("spectrum " << all.name);
            require_all_but_in_time_equal(all, some);
            require_all_but_in_time_equal(all, again);
            REQUIRE(some.sealed != Sealing::NONE);
            REQUIRE(again.sealed == Sealing::NONE);
            REQUIRE(of(again.in_time) == of(all.in_time));
            for (std::size_t bin = 0; bin < all.in_time.size(); ++bin)
                REQUIRE(some.in_time[bin] <= all.in_time[bin]);
            if (some.sealed == Sealing::ALL) REQUIRE(sum(some.in_time) == 0);
            sealed_counts += sum(all.in_time) - sum(some.in_time);
        }
        REQUIRE(sealed_counts > 100);
    }
}

TEST_CASE("what is open does not depend on what is in the box", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    const auto slots = random_slots(seed, 2500);
    const auto changed = other_inside(slots, seed + 1);
    const auto engine = engine_of(random_spectra(seed) + "blinded: true" + the_box);
    const auto one = filled(*engine, slots), other = filled(*engine, changed);
    REQUIRE(one->serialise() != other->serialise());
    std::uint64_t open = 0;
    for (std::size_t i = 0; i < one->size(); ++i) {
        const auto a = one->histogram(i), b = other->histogram(i);
        INFO("spectrum " << a.name);
        require_all_but_in_time_equal(a, b);
        REQUIRE(of(a.in_time) == of(b.in_time));
        REQUIRE(a.in_time_outside == b.in_time_outside);
        REQUIRE(a.anti_coincident_outside == b.anti_coincident_outside);
        open += sum(a.in_time);
    }
    REQUIRE(open > 100);
}

TEST_CASE("a spectrum with an entry for every window is sealed whole: what is missing would count") {
    const auto engine = engine_of(random_spectra(3) + "blinded: true" + the_box);
    const auto spectra = filled(*engine, random_slots(3, 800));
    for (std::size_t i = 0; i < spectra->size(); ++i) {
        const auto view = spectra->histogram(i);
        if (view.name == "x") {
            CHECK(view.sealed == Sealing::BOX);
            CHECK(view.box.size() == 2);
            CHECK(sum(view.in_time) == view.in_time_outside);
            CHECK(view.in_time_outside > 0);
        }
        if (view.name == "peaks") {
            CHECK(view.sealed == Sealing::ALL);
            CHECK(view.box.empty());
            CHECK(view.in_time_outside == 0);
            CHECK(view.exposure->in_time.windows > 0);
        }
    }
}

TEST_CASE("the sideband of a box is C over scaled AC outside of it, with the errors of both and of alpha") {
    const auto slots = random_slots(7, 3000);
    const auto text = std::string(R"(selection { name: "all" alpha_relative_uncertainty: 0.03 }
        spectrum { name: "x" selection: "all" axis { variable: "x" bins: 4 min: 0 max: 2 } })");
    const auto spectra = filled(*engine_of(text + the_box), slots);
    const auto view = spectra->histogram(0);
    CHECK(view.sealed == Sealing::NONE);
    // By hand, from an engine whose spectrum shows which candidates are in the box.
    std::uint64_t c = 0, ac = 0;
    for (const auto& slot : slots) {
        if (slot.verdict.disposition != wire::COMPLETE && slot.verdict.disposition != wire::TRUNCATED)
            continue;
        if (!slot.verdict.has_record || slot.verdict.windows.size() != slot.candidates.windows.size())
            continue;
        for (const auto& candidate : slot.candidates.candidates) {
            const auto& a = slot.candidates.windows[candidate.window];
            const auto& b = slot.verdict.windows[candidate.window];
            const auto& value = candidate.value;
            const bool inside = value[X] >= 1 && value[X] < 4.5 && value[Y] >= 0 && value[Y] < 5;
            if (!candidate.found || inside || a.kind != b.kind || a.truncated || b.truncated) continue;
            if (a.kind == wire::IN_TIME && slot.verdict.is_spill()) ++c;
            if (a.kind == wire::ANTI_COINCIDENT) ++ac;
        }
    }
    REQUIRE(view.in_time_outside == c);
    REQUIRE(view.anti_coincident_outside == ac);
    const auto outside = sideband(view);
    REQUIRE(outside.has_value());
    const double alpha = static_cast<double>(view.exposure->in_time.live_ps) /
                         static_cast<double>(view.exposure->anti_coincident.live_ps);
    const double n = static_cast<double>(c), m = static_cast<double>(ac);
    CHECK(outside->ratio == Approx(n / (alpha * m)).epsilon(1e-12));
    CHECK(outside->sigma == Approx(n / (alpha * m) * std::sqrt(1 / n + 1 / m + 0.03 * 0.03)).epsilon(1e-12));
    CHECK(box_text(view) == "w: 1 ≤ x < 4.5, 0 ≤ y < 5");
    CHECK_FALSE(sideband(engine_of(text + the_box)->make_spectra()->histogram(0)).has_value());
    CHECK_FALSE(sideband(filled(*engine_of(text), slots)->histogram(0)).has_value());
}

TEST_CASE("sealed counts survive saving, adding and copying, and stay sealed") {
    const auto engine = engine_of(random_spectra(5) + "blinded: true" + the_box);
    const auto slots = random_slots(5, 600);
    const auto whole = filled(*engine, slots);
    const auto key = key_to_run(12);
    const auto bytes = whole->serialise();
    auto restored = engine->make_spectra();
    REQUIRE(restored->restore(bytes));
    CHECK(restored->serialise() == bytes);
    const std::vector<Slot> first(slots.begin(), slots.begin() + 200), rest(slots.begin() + 200, slots.end());
    auto added = filled(*engine, rest);
    // What is only looked at adds as what it is.
    added->merge(*filled(*engine, first)->unsealed(key));
    CHECK(added->serialise() == bytes);
    const auto opened = whole->unsealed(key);
    CHECK(opened->serialise() == bytes);
    const auto copy = opened->clone();
    CHECK(copy->serialise() == bytes);
    for (std::size_t i = 0; i < whole->size(); ++i) {
        CHECK(copy->histogram(i).sealed == whole->histogram(i).sealed);
        CHECK(of(copy->histogram(i).in_time) == of(whole->histogram(i).in_time));
        CHECK(of(restored->unsealed(key)->histogram(i).in_time) == of(opened->histogram(i).in_time));
    }
}
