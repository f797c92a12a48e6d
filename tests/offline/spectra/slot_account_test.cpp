#include "offline/spectra/slot_account.hpp"

#include <limits>
#include <random>
#include <set>

#include <catch2/catch.hpp>

using spillgate::offline::SlotAccount;

TEST_CASE("an account of slots equals a set of them", "[property]") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    SlotAccount account;
    std::set<std::uint64_t> slots;
    for (int i = 0; i < 3000; ++i) {
        const std::uint64_t slot = random() % 1000;
        if (random() % 20 == 0) {
            const std::uint64_t last = slot + random() % 30;
            account.add_range(slot, last);
            for (auto s = slot; s <= last; ++s)
                slots.insert(s);
        } else {
            REQUIRE(account.add(slot) == slots.insert(slot).second);
        }
        REQUIRE(account.size() == slots.size());
        const std::uint64_t asked = random() % 1100;
        REQUIRE(account.contains(asked) == slots.contains(asked));
    }
    std::uint64_t previous_last = 0;
    bool is_first = true;
    for (const auto& [first, last] : account.ranges()) {
        REQUIRE(first <= last);
        REQUIRE((is_first || first > previous_last + 1));
        previous_last = last;
        is_first = false;
    }
}

TEST_CASE("slots at the ends of the numbers are kept apart") {
    constexpr auto top = std::numeric_limits<std::uint64_t>::max();
    SlotAccount account;
    CHECK(account.add(top));
    CHECK(account.add(0));
    CHECK_FALSE(account.add(top));
    CHECK(account.ranges().size() == 2);
    account.add_range(5, 2);
    CHECK(account.size() == 2);
    account.add_range(top - 3, top);
    CHECK(account.size() == 5);
    CHECK(account.add(top - 4));
    CHECK(account.ranges().size() == 2);
}
