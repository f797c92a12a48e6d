#include "hw/sis3316/device_clock.hpp"

#include <catch2/catch.hpp>

using namespace spillgate::hw::sis3316;

namespace {

constexpr std::int64_t wrap = std::int64_t{1} << 48;
constexpr std::int64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("a 48-bit timestamp is continued to the reading nearest to where the counter must be") {
    CHECK(continued(5, 0) == 5);
    CHECK(continued(0, 0) == 0);
    CHECK(continued(5, wrap - 100) == wrap + 5);
    CHECK(continued(static_cast<std::uint64_t>(wrap) - 7, wrap + 100) == wrap - 7);
    CHECK(continued(3, 7 * wrap + 1000) == 7 * wrap + 3);
    CHECK(continued(static_cast<std::uint64_t>(wrap) - 7, 3) == -7);
}

TEST_CASE("before anything is known of a counter there are no bounds") {
    const DeviceClock clock(250e6);
    CHECK_FALSE(clock.is_tied());
    CHECK_FALSE(clock.lower(5).has_value());
    CHECK_FALSE(clock.upper(5).has_value());
}

TEST_CASE("bounds move on without events, no faster than the drift allows") {
    DeviceClock clock(250e6);
    clock.cleared(1000, 3000);
    CHECK(*clock.lower(3000) == 0);
    CHECK(*clock.upper(1000) == 0);
    const auto low = *clock.lower(3000 + second);
    const auto high = *clock.upper(1000 + second);
    CHECK(low == 249'625'000);
    CHECK(high == 250'375'000);
}

TEST_CASE("an event raises the lower bound, one that says less does not") {
    DeviceClock clock(250e6);
    clock.cleared(0, 0);
    clock.reached(250'100'000, second);  // a fast counter
    CHECK(*clock.lower(second) == 250'100'000);
    clock.reached(250'000'000, second + 1000);
    CHECK(*clock.lower(second) == 250'100'000);
    clock.not_beyond(250'200'000, second);
    CHECK(*clock.upper(second) == 250'200'000);
}

TEST_CASE("the true reading of a counter within its drift always lies between the bounds") {
    for (const double error : {-1e-3, 0.0, 1e-3}) {
        DeviceClock clock(250e6);
        clock.cleared(0, 200'000);
        const auto counter = [&](std::int64_t ns) {
            return static_cast<std::int64_t>(static_cast<double>(ns - 100'000) * 0.25 * (1 + error));
        };
        for (std::int64_t swap = 20'000'000; swap < 5 * second; swap += 20'000'000) {
            CHECK(*clock.lower(swap) <= counter(swap));
            CHECK(*clock.upper(swap) >= counter(swap));
            clock.reached(counter(swap - 7'000'000), swap);
            clock.not_beyond(counter(swap + 3'000'000), swap - 1'000'000);
        }
    }
}
