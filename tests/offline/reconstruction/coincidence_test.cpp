// Coincidences of PMTs, by hand.
#include "offline/reconstruction/pmt/coincidence.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "offline/reconstruction/pmt/spe_charges.hpp"

using namespace spillgate::offline::pmt;

TEST_CASE("light of two PMTs is one event up to the coincidence length apart, not beyond", "[partners]") {
    const std::vector<Onset> apart{{10, 0}, {15, 1}};
    CHECK(first_coincidence(apart, 0, {5, 2}));
    CHECK_FALSE(first_coincidence(apart, 0, {4, 2}));
    const std::vector<Onset> together{{10, 0}, {10, 1}};
    CHECK(first_coincidence(together, 0, {0, 2}));
}

TEST_CASE("two pulses of one PMT are no coincidence", "[partners]") {
    const std::vector<Onset> onsets{{10, 1}, {11, 1}, {12, 1}};
    CHECK_FALSE(first_coincidence(onsets, 0, {10, 2}));
    CHECK(first_coincidence(onsets, 0, {10, 1})->pmts == 1);
}

TEST_CASE("the earliest coincident light is the first, light that finds no company is passed over",
          "[partners]") {
    const std::vector<Onset> onsets{{-3, 0}, {1, 1}, {20, 2}, {21, 0}, {23, 1}, {25, 1}, {26, 2}};
    const auto found = first_coincidence(onsets, 0, {3, 3});
    REQUIRE(found);
    CHECK(found->first == 20);
    CHECK(found->last == 23);
    CHECK(found->pmts == 3);
    // What begins before `from` does not count, whatever comes with it.
    CHECK(first_coincidence(onsets, 0, {4, 2})->first == 20);
    CHECK(first_coincidence(onsets, -3, {4, 2})->first == -3);
}

TEST_CASE("coincidences are counted one after the other, by where they begin", "[partners]") {
    const std::vector<Onset> onsets{{0, 0}, {2, 1}, {3, 0}, {4, 1}, {9, 0}, {10, 1}, {30, 0}, {31, 1}};
    CHECK(count_coincidences(onsets, 0, 30, {3, 2}) == 2);  // 0–2, with 3 swallowed; 9–10
    CHECK(count_coincidences(onsets, 0, 31, {3, 2}) == 3);
    CHECK(count_coincidences(onsets, 1, 30, {3, 2}) == 2);  // 2–3, 9–10
    CHECK(count_coincidences({}, 0, 30, {3, 1}) == 0);
}

TEST_CASE("onsets are sorted by position, then PMT", "[partners]") {
    std::vector<Onset> onsets{{5, 1}, {-2, 3}, {5, 0}};
    sort_onsets(onsets);
    CHECK(onsets == std::vector<Onset>{{-2, 3}, {5, 0}, {5, 1}});
}

TEST_CASE("an ADC count weighs 2^28 over the SPE charge, to the nearest", "[partners]") {
    CHECK(pe_weight(1) == 268435456);
    CHECK(pe_weight(64) == 4194304);
    CHECK(pe_weight(100) == 2684355);
    CHECK(pe_of(64 * pe_weight(64)) == 1.0);
}
