#include "daq/doctor/machine_checks.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "daq/doctor/clock_checks.hpp"
#include "tests/daq/doctor/fake_host.hpp"

using namespace spillgate;
using daq::doctor::Finding;
using daq::doctor::Verdict;

namespace {

Finding finding(const std::vector<Finding>& findings, const std::string& name) {
    const auto found = std::ranges::find(findings, name, &Finding::check);
    INFO(name);
    REQUIRE(found != findings.end());
    return *found;
}

Finding machine(const test::FakeHost& host, const std::string& name) {
    const config::Config config;
    return finding(daq::doctor::check_machine(host.host(), {config, "daq", {0, 1}, "", ""}), name);
}

Finding clock_of(const test::FakeHost& host, const std::string& name) {
    return finding(daq::doctor::check_clock(host.host()), name);
}

}  // namespace

TEST_CASE("cores are counted against the threads that work all the time") {
    const test::FakeHost host;
    host.put("/sys/devices/system/cpu/online", "0-2\n");
    CHECK(machine(host, "cores").verdict == Verdict::WARN);
    host.put("/sys/devices/system/cpu/online", "0-1,4,6-7\n");
    CHECK(machine(host, "cores").verdict == Verdict::OK);
    CHECK(machine(host, "cores").found == "5, for 4 threads that work all the time");
    host.put("/sys/devices/system/cpu/online", "all\n");
    CHECK(machine(host, "cores").verdict == Verdict::UNKNOWN);
}

TEST_CASE("every core's governor counts") {
    const test::FakeHost host;
    host.put("/sys/devices/system/cpu/online", "0-1\n");
    CHECK(machine(host, "CPU governor").verdict == Verdict::UNKNOWN);
    host.put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    CHECK(machine(host, "CPU governor").verdict == Verdict::OK);
    host.put("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    CHECK(machine(host, "CPU governor").verdict == Verdict::WARN);
    CHECK(machine(host, "CPU governor").found == "performance on 1 cores, powersave on 1 cores");
}

TEST_CASE("memory must hold the recorder's buffer, and something beside it") {
    const test::FakeHost host;
    const auto available = [&](const char* kib) {
        host.put("/proc/meminfo", std::string("MemTotal: 9999999 kB\nMemAvailable:   ") + kib + " kB\n");
        return machine(host, "memory").verdict;
    };
    CHECK(available("8000000") == Verdict::OK);
    CHECK(available("300000") == Verdict::WARN);
    CHECK(available("100000") == Verdict::BAD);
    host.put("/proc/meminfo", "MemTotal: 1 kB\n");
    CHECK(machine(host, "memory").verdict == Verdict::UNKNOWN);
}

TEST_CASE("the limit of open files is that of this process") {
    const test::FakeHost host;
    host.put("/proc/self/limits",
             "Limit                     Soft Limit           Hard Limit           Units     \n"
             "Max open files            1024                 1048576              files     \n"
             "Max locked memory         unlimited            unlimited            bytes     \n");
    CHECK(machine(host, "open files").verdict == Verdict::OK);
    CHECK(machine(host, "locked memory").found == "limit unlimited; the daemon locks none");
    host.put("/proc/self/limits", "Max open files            64                 64              files\n");
    CHECK(machine(host, "open files").verdict == Verdict::BAD);
    CHECK(machine(host, "locked memory").verdict == Verdict::UNKNOWN);
}

TEST_CASE("a slow clock source, or a clock that nobody keeps, is a warning") {
    test::FakeHost host;
    const std::string source = "/sys/devices/system/clocksource/clocksource0/";
    CHECK(clock_of(host, "clock source").verdict == Verdict::UNKNOWN);
    host.put(source + "current_clocksource", "tsc\n");
    CHECK(clock_of(host, "clock source").verdict == Verdict::OK);
    host.put(source + "current_clocksource", "hpet\n");
    host.put(source + "available_clocksource", "hpet acpi_pm\n");
    CHECK(clock_of(host, "clock source").verdict == Verdict::WARN);
    CHECK(clock_of(host, "clock source").command == "dmesg | grep -i tsc");
    host.put(source + "available_clocksource", "tsc hpet acpi_pm\n");
    CHECK(clock_of(host, "clock source").command.starts_with("echo tsc > "));
    CHECK(clock_of(host, "time synchronisation").verdict == Verdict::WARN);
    host.set_clock({true, 0.002});
    CHECK(clock_of(host, "time synchronisation").verdict == Verdict::OK);
    CHECK(clock_of(host, "time synchronisation").found == "synchronised, estimated error 2 ms");
}

TEST_CASE("on a host that shows nothing every check of the machine is unknown, with the file's name") {
    const test::FakeHost host;
    const config::Config config;
    for (const auto& one : daq::doctor::check_machine(host.host(), {config, "daq", {0}, "", ""})) {
        CAPTURE(one.check, one.found);
        CHECK(one.verdict == Verdict::UNKNOWN);
        CHECK(one.found.find(": No such file or directory") != std::string::npos);
    }
}
