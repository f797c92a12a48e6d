#include "online/run/disk_watch.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;
using online::DiskWatch;

TEST_CASE("a disk is full when what it lost in ten minutes has taken it to where runs stop") {
    DiskWatch watch;
    CHECK_FALSE(watch.full_in_s(0));
    const std::uint64_t stop = 20'000;
    for (int second = 0; second < 1200; ++second) {
        const auto lost = second < 600 ? 0 : 10 * (second - 600);
        watch.take(second, static_cast<std::uint64_t>(100'000 - lost));
        CAPTURE(second);
        if (second <= 600) CHECK_FALSE(watch.full_in_s(stop));  // it does not fill
    }
    CHECK(*watch.full_in_s(stop) == Approx((80'000 - 5990) / 10.0).epsilon(0.01));
    watch.take(1201, stop);
    CHECK(watch.full_in_s(stop) == 0);
    watch.take(1202, 500'000);  // somebody made room
    CHECK_FALSE(watch.full_in_s(stop));
}

TEST_CASE("ten seconds are needed to say when a disk is full, and a burst of figures is one") {
    DiskWatch watch;
    for (int tenth = 0; tenth < 100; ++tenth)
        watch.take(0.1 * tenth, static_cast<std::uint64_t>(10'000 - tenth));
    CHECK_FALSE(watch.full_in_s(0));
    watch.take(10.1, 9000);
    CHECK(*watch.full_in_s(0) == Approx(9000 / (1000 / 10.1)));
}

TEST_CASE("a disk's JSON says what its light says, and null for what is not known") {
    config::Storage storage;
    storage.set_stop_below_bytes(1'000'000'000);
    storage.set_warn_below_bytes(10'000'000'000);
    online::DaemonView daemon;
    daemon.name = "east";
    auto told = online::disk_json(daemon, storage);
    CHECK(told.at("state") == "unknown");
    CHECK(told.at("free_bytes").is_null());
    CHECK(told.at("full_in_s").is_null());

    auto status = std::make_shared<wire::DaemonStatus>();
    status->set_disk_free_bytes(50'000'000'000);
    status->set_runs_dir("/data/runs");
    daemon.status = status;
    told = online::disk_json(daemon, storage);
    CHECK(told.at("state") == "good");
    CHECK(told.at("reason") == "50 GB free at east:/data/runs");
    CHECK(told.at("total_bytes").is_null());
    CHECK(told.at("full_in_s").is_null());

    daemon.disk_full_in_s = 3599;
    CHECK(online::disk_json(daemon, storage).at("state") == "warn");
    daemon.disk_full_in_s = 3601;
    CHECK(online::disk_json(daemon, storage).at("state") == "good");
    CHECK(online::disk_json(daemon, storage).at("full_in_s") == 3601.0);
    CHECK(online::disk_light_of(daemon, storage).reason == "50 GB free at east:/data/runs, full in 60 min");
    daemon.disk_full_in_s = 42;
    CHECK(online::disk_light_of(daemon, storage).reason == "50 GB free at east:/data/runs, full in 42 s");
    status->set_disk_free_bytes(500'000'000);
    CHECK(online::disk_json(daemon, storage).at("state") == "bad");
}
