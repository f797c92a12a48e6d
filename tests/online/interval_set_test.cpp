#include "online/interval_set.hpp"

#include <random>
#include <set>

#include <catch2/catch.hpp>

using spillgate::online::Interval;
using spillgate::online::IntervalSet;

TEST_CASE("an interval set holds what was put in and not taken out", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        IntervalSet set;
        std::set<std::uint64_t> plain;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t first = random() % 100;
            const std::uint64_t last = first + random() % 12;
            const bool insert = random() % 3 != 0;
            insert ? set.insert(first, last) : set.erase(first, last);
            for (std::uint64_t n = first; n < last; ++n)
                insert ? static_cast<void>(plain.insert(n)) : static_cast<void>(plain.erase(n));
        }
        REQUIRE(set.count() == plain.size());
        REQUIRE(set.end() == (plain.empty() ? 0 : *plain.rbegin() + 1));
        std::set<std::uint64_t> missing;
        for (const Interval& gap : set.missing(10, 90))
            for (std::uint64_t n = gap.first; n < gap.last; ++n)
                missing.insert(n);
        for (std::uint64_t n = 0; n < 120; ++n) {
            REQUIRE(set.contains(n) == plain.contains(n));
            REQUIRE(missing.contains(n) == (n >= 10 && n < 90 && !plain.contains(n)));
        }
        REQUIRE(set.count_within(10, 90) == 80 - missing.size());
        // Neighbours are one interval, so two equal sets are equal in memory.
        const auto intervals = set.intervals();
        for (std::size_t i = 1; i < intervals.size(); ++i)
            REQUIRE(intervals[i - 1].last < intervals[i].first);
    }
}

TEST_CASE("a set is a subset of another if every number of it is there") {
    IntervalSet all;
    all.insert(0, 10);
    all.insert(20, 30);
    IntervalSet some;
    some.insert(2, 5);
    some.insert(20, 30);
    CHECK(some.subset_of(all));
    CHECK_FALSE(all.subset_of(some));
    some.insert(10);
    CHECK_FALSE(some.subset_of(all));
    CHECK(IntervalSet{}.subset_of(some));
}
