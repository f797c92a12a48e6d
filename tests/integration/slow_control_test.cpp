// Slow values of a daemon as people run it: from their sources into the status and the run's directory.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/run_file/run_reader.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/data/raw_http.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using State = wire::SlowValue;
using test::run_program;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

// The i-th value of the configuration, once `condition` holds of it.
bool await_value(test::Control& control, int i,
                 const std::function<bool(const wire::SlowValue&)>& condition) {
    return control.await_status([&](const auto& status) {
        return status.slow_values_size() > i && condition(status.slow_values(i));
    });
}

}  // namespace

TEST_CASE("slow values come by CSV and HTTP push during a run and are judged, shown and recorded",
          "[integration]") {
    const test::ScratchDirectory directory;
    const auto log = directory.path() + "/temperatures.csv";
    append(log, "time,crystal\n1,20.5\n");
    const auto config = test::write_config({directory.path()});
    append(config, fmt::format(R"(slow_control {{
  record_s: 0.2
  value {{ name: "crystal" unit: "degC" csv {{ path: "{}" column: "crystal" }} warn_above: 25 stale_s: 100 }}
  value {{ name: "hv" unit: "V" pushed {{}} alarm_below: 1000 stale_s: 2 }}
}}
)",
                               log));
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto push = [&](const std::string& number) {
        const auto port = test::port_of(control.status().slow_push_url());
        return test::status_of(test::http(port, "POST", "/slow/hv", {}, number));
    };
    REQUIRE(
        await_value(control, 0, [](const auto& v) { return v.state() == State::OK && v.value() == 20.5; }));
    REQUIRE(
        await_value(control, 1, [](const auto& v) { return v.state() == State::STALE && !v.has_value(); }));

    REQUIRE(control.start().ok());
    REQUIRE(control.await_state(wire::RUNNING));
    const auto record = directory.path() + "/runs/run-000001/slow-control.csv";
    REQUIRE(test::await([&] { return contains(content(record), ",crystal,20.5,degC,ok,"); }));
    append(log, "2,26.5\n");
    REQUIRE(await_value(control, 0, [](const auto& v) { return v.state() == State::WARN; }));
    REQUIRE(push("1200") == 204);
    REQUIRE(test::await([&] { return contains(content(record), ",hv,1200,V,ok,"); }));
    const auto shown = run_program(directory.path(), "spillgate-ctl", {"--config", config, "status"});
    CHECK(shown.status == 0);
    CHECK(contains(shown.out, "26.5 degC      warn"));
    REQUIRE(push("900") == 204);
    REQUIRE(test::await([&] { return contains(content(record), ",hv,900,V,alarm,"); }));
    REQUIRE(test::await([&] { return contains(content(record), ",hv,,V,stale,,http\n"); }));
    REQUIRE(
        await_value(control, 1, [](const auto& v) { return v.state() == State::STALE && v.age_s() > 2; }));

    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto text = content(record);
    CHECK(text.starts_with("utc_ns,name,value,unit,state,value_utc_ns,source\n"));
    CHECK(text.ends_with(",hv,,V,stale,,http\n"));
    CHECK((std::filesystem::status(record).permissions() & std::filesystem::perms(0222)) ==
          std::filesystem::perms::none);
    CHECK(contains(daemon.err(), "slow value crystal is warn: 26.5 degC, warn_above 25"));
    CHECK(contains(daemon.err(), "slow value hv is stale: last known to be true 2."));

    // What verifies and reads run files does not mind the record.
    const auto verification = proto::verify_run(directory.path() + "/runs/run-000001");
    REQUIRE(verification.has_value());
    CHECK(verification->valid());
    CHECK(proto::RunReader::open(directory.path() + "/runs/run-000001").has_value());

    REQUIRE(control.start().ok());
    REQUIRE(control.await_state(wire::RUNNING));
    daemon.signal(SIGTERM);
    CHECK(daemon.wait() == 0);
    CHECK(content(record) == text);
    CHECK(contains(content(directory.path() + "/runs/run-000002/slow-control.csv"),
                   ",crystal,26.5,degC,warn,"));
}

TEST_CASE("a configuration whose slow values cannot be had is refused at the start, with the reason",
          "[integration]") {
    const test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    append(
        config,
        "slow_control { value { name: \"hv\" epics { pv: \"IOC:HV\" library: \"/nowhere/libca.so\" } } }\n");
    const auto outcome = run_program(directory.path(), "spillgate-daq", {"--config", config});
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err,
                   "slow value 'hv': the Channel Access library '/nowhere/libca.so' cannot be loaded"));
}

TEST_CASE("the doctor looks at this host for a configuration, and sees the daemon that runs",
          "[integration]") {
    const test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    auto outcome = run_program(directory.path(), "spillgate-ctl", {"--config", config, "doctor"});
    INFO(outcome.out << outcome.err);
    CHECK((outcome.status == 0 || outcome.status == 1));
    CHECK((outcome.status == 1) == contains("\n" + outcome.out, "\nbad "));
    for (const auto* check : {"clock source", "time synchronisation", "disk speed", "free space", "memory",
                              "open files", "runtime_dir", "daemon daq"})
        CHECK(contains(outcome.out, check));
    CHECK(contains(outcome.out, "does not run in " + directory.path()));
    CHECK(run_program(directory.path(), "spillgate-ctl", {"doctor"}).status == 2);

    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "test"});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::RUNNING));
    outcome = run_program(directory.path(), "spillgate-ctl", {"--config", config, "--json", "doctor"});
    CHECK(outcome.out.starts_with("{\"verdict\":"));
    CHECK(contains(outcome.out, "running, run 1"));
    CHECK(contains(outcome.out, "not tried while a run is being recorded"));
}
