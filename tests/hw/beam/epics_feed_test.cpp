// Charge from EPICS process variables, as a Channel Access server tells them.
#include "hw/beam/epics/epics_feed.hpp"

#include <chrono>
#include <map>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/data/channel_access_library.hpp"
#include "tests/data/channel_access_server.hpp"

namespace spillgate::hw::beam {
namespace {

using namespace std::chrono_literals;

struct Heard {
    std::vector<Report> reports;
    std::map<std::string, std::uint64_t> counts;
};

}  // namespace

TEST_CASE(
    "each update of a charge variable is a report, but for the first value and what the server doubts") {
    config::BeamSource source;
    source.set_name("current");
    source.mutable_epics()->set_charge_pv("BCM:CHARGE");
    source.mutable_epics()->set_charge_unit_pc(1e6);
    source.mutable_epics()->set_flavour_pv("BCM:FLAVOUR");
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set_environment();
    server.set("BCM:FLAVOUR", 2, 0, 1);
    server.set("BCM:CHARGE", 1, 0, 1);
    auto feed = make_epics_feed(source);
    REQUIRE(feed.has_value());
    ReportQueue queue(100);
    std::jthread thread([&](const std::stop_token& stop) { (*feed)->run(queue, stop); });

    Heard heard;
    const auto until = [&](auto condition, auto meanwhile) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            meanwhile();
            std::vector<proto::NamedCount> counts;
            queue.take(10, heard.reports, counts);
            for (const auto& count : counts)
                heard.counts[count.name] += count.value;
            std::this_thread::sleep_for(5ms);
        }
        REQUIRE(condition());
    };
    double microcoulombs = 10;
    until([&] { return heard.reports.size() >= 3; },
          [&] { server.set("BCM:CHARGE", microcoulombs += 0.5, 0, 1); });
    for (const auto& report : heard.reports) {
        CHECK(report.charge_pc >= 10'500'000);  // not the value of before the connection
        CHECK(report.charge_pc % 500'000 == 0);
        CHECK(report.flavour == 2);
        CHECK(report.has_charge);
        CHECK(report.arrival_ns);
        CHECK(!report.source_utc_ns);
    }
    CHECK(queue.last_heard_ns() > 0);
    until([&] { return heard.counts["epics-charge-invalid"] > 0; },
          [&] { server.set("BCM:CHARGE", microcoulombs += 0.5, 3, 1); });
    server.set_reachable(false);
    until([&] { return heard.counts["epics-disconnected"] > 0; }, [] {});
}

}  // namespace spillgate::hw::beam
