#include "daq/slow_control/slow_control.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/daq/scratch_directory.hpp"
#include "tests/data/channel_access_library.hpp"
#include "tests/data/channel_access_server.hpp"
#include "tests/data/raw_http.hpp"
#include "tests/proto/forgetful_file_layer.hpp"

using namespace spillgate;
using State = wire::SlowValue;

namespace {

bool await(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

config::SlowValue& add_pushed(config::SlowControl& config, const std::string& name, double stale_s = 1000) {
    auto& value = *config.add_value();
    value.set_name(name);
    value.set_stale_s(stale_s);
    value.mutable_pushed();
    return value;
}

struct Bench {
    config::SlowControl config;
    daq::Journal journal;
    std::unique_ptr<daq::SlowControl> slow;

    void start(proto::FileLayer& files) {
        auto started = daq::SlowControl::start(config, files, journal);
        INFO((started ? "" : started.error().message));
        REQUIRE(started.has_value());
        slow = std::move(*started);
    }
    wire::DaemonStatus status() const {
        wire::DaemonStatus status;
        slow->fill(status);
        return status;
    }
    wire::SlowValue value(int i) const { return status().slow_values(i); }
    int push(const std::string& name, const std::string& number) const {
        const auto port = test::port_of(status().slow_push_url());
        return test::status_of(test::http(port, "POST", "/slow/" + name, {}, number));
    }
    bool has_told(const std::string& part) const {
        for (const auto& line : journal.recent())
            if (line.find(part) != std::string::npos) return true;
        return false;
    }
};

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("pushed values are shown, judged and told, and recorded from the beginning of a run to its end") {
    const test::ScratchDirectory directory;
    Bench bench;
    auto& hv = add_pushed(bench.config, "hv");
    hv.set_unit("V");
    hv.set_warn_above(10);
    hv.set_alarm_above(20);
    add_pushed(bench.config, "never");
    bench.start(proto::posix_file_layer());
    CHECK(bench.value(0).state() == State::STALE);
    CHECK_FALSE(bench.value(0).has_value());
    REQUIRE(bench.push("hv", "5") == 204);
    CHECK(bench.value(0).state() == State::OK);
    CHECK(bench.value(0).value() == 5);

    const auto path = directory.path() + "/slow-control.csv";
    bench.slow->begin_run(directory.path());
    REQUIRE(await([&] { return contains(content(path), ",hv,5,V,ok,"); }));
    REQUIRE(bench.push("hv", "15") == 204);
    REQUIRE(await([&] { return contains(content(path), ",hv,15,V,warn,"); }));
    REQUIRE(bench.push("hv", "25") == 204);
    REQUIRE(await([&] { return contains(content(path), ",hv,25,V,alarm,"); }));
    REQUIRE(await([&] { return bench.has_told("slow value hv is alarm: 25 V, alarm_above 20"); }));
    REQUIRE(bench.push("hv", "6") == 204);
    bench.slow->end_run();
    const auto text = content(path);
    CHECK(text.starts_with("utc_ns,name,value,unit,state,value_utc_ns,source\n"));
    CHECK(contains(text, ",hv,6,V,ok,"));
    CHECK(contains(text, ",never,,,stale,,http\n"));
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms(0222)) ==
          std::filesystem::perms::none);
    REQUIRE(bench.push("hv", "7") == 204);
    CHECK(content(path) == text);
}

TEST_CASE("a value that is no longer given becomes unknown, never a number") {
    const test::ScratchDirectory directory;
    Bench bench;
    add_pushed(bench.config, "level", 0.3);
    bench.start(proto::posix_file_layer());
    bench.slow->begin_run(directory.path());
    REQUIRE(bench.push("level", "5") == 204);
    REQUIRE(await([&] { return bench.has_told("slow value level is stale: last known to be true"); }));
    CHECK(bench.value(0).state() == State::STALE);
    CHECK_FALSE(bench.value(0).has_value());
    CHECK(bench.value(0).age_s() > 0.3);
    bench.slow->end_run();
    CHECK(contains(content(directory.path() + "/slow-control.csv"), ",level,,,stale,,http\n"));
}

TEST_CASE("values of a CSV file follow its newest line, what is wrong with it is said") {
    const test::ScratchDirectory directory;
    const auto path = directory.path() + "/temperatures.csv";
    const auto append = [&](const std::string& text) { std::ofstream(path, std::ios::app) << text; };
    Bench bench;
    for (const auto* column : {"t1", "t2"}) {
        auto& value = *bench.config.add_value();
        value.set_name(column);
        value.mutable_csv()->set_path(path);
        value.mutable_csv()->set_column(column);
        value.set_stale_s(1000);
    }
    bench.start(proto::posix_file_layer());
    REQUIRE(await([&] { return contains(bench.value(0).trouble(), "No such file"); }));
    append("time,t1\n1,20.5\n");
    REQUIRE(await([&] { return bench.value(0).value() == 20.5; }));
    CHECK(bench.value(0).trouble().empty());
    REQUIRE(await([&] { return contains(bench.value(1).trouble(), "no column 't2'; it has: time, t1"); }));
    append("2,off\n");
    REQUIRE(await([&] { return bench.value(0).state() == State::STALE; }));
    CHECK(contains(bench.value(0).trouble(), "has 'off' in column 't1', not a number"));
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(100));
    append("3,30\n");
    REQUIRE(await([&] { return bench.value(0).value() == 30; }));
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(2000));
    REQUIRE(await([&] { return bench.value(0).state() == State::STALE; }));
}

TEST_CASE("an EPICS variable is current while it is connected, and takes part of the server's judgement") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set("IOC:HV", 1500, 0, 1'700'000'000'000'000'000);
    server.set_environment();
    Bench bench;
    auto& value = *bench.config.add_value();
    value.set_name("hv");
    value.set_stale_s(0.3);
    value.mutable_epics()->set_pv("IOC:HV");
    bench.start(proto::posix_file_layer());
    REQUIRE(await([&] {
        const auto now = bench.value(0);
        return now.value() == 1500 && now.has_age_s() && now.age_s() == 0;
    }));
    CHECK(bench.value(0).state() == State::OK);
    server.set("IOC:HV", 1501, 2, 1'700'000'001'000'000'000);
    REQUIRE(await([&] { return bench.value(0).state() == State::ALARM; }));
    server.set("IOC:HV", 0, 3, 1'700'000'002'000'000'000);
    REQUIRE(await([&] { return bench.value(0).state() == State::STALE; }));
    CHECK(contains(bench.value(0).trouble(), "INVALID"));
    server.set("IOC:HV", 1502, 0, 1'700'000'003'000'000'000);
    REQUIRE(await([&] { return bench.value(0).value() == 1502; }));
    server.set_reachable(false);
    REQUIRE(await([&] { return bench.value(0).state() == State::STALE; }));
    CHECK(bench.value(0).trouble() == "not connected");
}

TEST_CASE("a disk that takes no more loses rows, which are counted and told, and nothing else") {
    proto::testing::ForgetfulFileLayer files;
    REQUIRE(files.make_directory("/runs/run-000001").has_value());
    Bench bench;
    bench.config.set_record_s(0.1);
    add_pushed(bench.config, "hv");
    bench.start(files);
    files.cut_power();
    bench.slow->begin_run("/runs/run-000001");
    REQUIRE(await([&] {
        const auto status = bench.status();
        return status.slow_faults_size() == 1 && status.slow_faults(0).name() == "rows not recorded" &&
               status.slow_faults(0).value() > 3;
    }));
    CHECK(bench.has_told("slow values are not recorded"));
    REQUIRE(bench.push("hv", "5") == 204);
    CHECK(bench.value(0).value() == 5);
    bench.slow->end_run();
}

TEST_CASE("a source that cannot be had is named at the start") {
    Bench bench;
    auto& value = *bench.config.add_value();
    value.set_name("hv");
    value.mutable_epics()->set_pv("IOC:HV");
    value.mutable_epics()->set_library("/nowhere/libca.so");
    const auto started = daq::SlowControl::start(bench.config, proto::posix_file_layer(), bench.journal);
    REQUIRE(started.has_error());
    CHECK(started.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK(
        contains(started.error().message, "slow value 'hv': the Channel Access library '/nowhere/libca.so'"));
}
