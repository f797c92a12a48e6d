#include "daq/window_age.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

// 250 MHz: 4 ns a tick. The mark is at 1000, the windows end 500 and 2000 ticks after it.
proto::SpillRecord record() {
    proto::SpillRecord record;
    record.t0 = {3, 1, 1000, 0};
    record.windows.resize(2);
    record.windows[0].roi_end = 2000;
    record.windows[1].roi_end = 500;
    return record;
}

hw::Batch batch(std::uint32_t epoch, std::optional<hw::ClockBound> bound) {
    hw::Batch batch;
    batch.watermark = {3, epoch, 4000, 0};
    batch.clock_bound = bound;
    return batch;
}

}  // namespace

TEST_CASE("a record's last window is as old as the clock's bound says, and what has passed since") {
    daq::WindowAge age(250e6);
    age.observe(batch(1, hw::ClockBound{5000, 7'000'000}));
    CHECK(age.of(record(), 7'000'000) == 8000);
    CHECK(age.of(record(), 7'001'000) == 9000);
}

TEST_CASE("a record's age is not known without a bound, in another epoch, or without a window") {
    daq::WindowAge age(250e6);
    CHECK(age.of(record(), 1) == 0);
    age.observe(batch(2, hw::ClockBound{5000, 0}));
    CHECK(age.of(record(), 1) == 0);
    age.observe(batch(1, hw::ClockBound{5000, 0}));
    CHECK(age.of({}, 1) == 0);
    CHECK(age.of(record(), 1) > 0);
    age.observe(batch(1, {}));
    CHECK(age.of(record(), 1) == 0);
}
