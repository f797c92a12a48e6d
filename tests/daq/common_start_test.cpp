#include "daq/common_start.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;

namespace {

constexpr double frequency_hz = 250e6;
constexpr double repetition_hz = 50;
constexpr std::int64_t period = 5'000'000;  // ticks

wire::DaemonStatus daemon_at(const std::string& name, std::int64_t newest_mark) {
    wire::DaemonStatus status;
    status.set_daemon(name);
    status.set_frequency_hz(frequency_hz);
    status.mutable_newest_mark()->set_ticks(newest_mark);
    return status;
}

}  // namespace

TEST_CASE("daemons with a common clock begin half a period before a mark that lies ahead of all of them") {
    const auto rule = daq::common_start(
        {daemon_at("a", 10 * period), daemon_at("b", 12 * period), daemon_at("c", 11 * period)},
        repetition_hz, 0.5);
    REQUIRE(rule.has_value());
    REQUIRE(rule->not_before.has_value());
    CHECK(rule->not_before->ticks == (12 + 25) * period + period / 2);
    CHECK_FALSE(rule->not_before_cycle.has_value());
}

TEST_CASE("daemons whose sources can be held back begin at the first mark that all of them hold") {
    auto a = daemon_at("a", 7 * period);
    auto b = daemon_at("b", 8 * period);
    a.set_sources_wait(true);
    b.set_sources_wait(true);
    const auto rule = daq::common_start({a, b}, repetition_hz, 0.5);
    REQUIRE(rule.has_value());
    CHECK(rule->not_before->ticks == 8 * period - period / 2);
}

TEST_CASE("daemons without a common clock begin at a cycle id, and without that are refused") {
    auto a = daemon_at("a", 100);
    auto b = daemon_at("b", 200);
    b.mutable_newest_mark()->set_domain(1);
    a.set_newest_cycle(1000);
    CHECK(daq::common_start({a, b}, repetition_hz, 0.5).error().kind == proto::ErrorKind::REFUSED);
    b.set_newest_cycle(1003);
    const auto rule = daq::common_start({a, b}, repetition_hz, 0.5);
    REQUIRE(rule.has_value());
    CHECK_FALSE(rule->not_before.has_value());
    CHECK(rule->not_before_cycle == 1003u + 25 + 1);
}

TEST_CASE("a daemon that has seen no mark is named in the refusal") {
    wire::DaemonStatus blind;
    blind.set_daemon("blind");
    const auto rule = daq::common_start({daemon_at("a", 1), blind}, repetition_hz, 0.5);
    REQUIRE_FALSE(rule.has_value());
    CHECK(rule.error().message == "daemon blind has seen no mark");
}

TEST_CASE("a start rule survives its way through the commit message") {
    daq::StartRule rule;
    CHECK(daq::commit_message(3, rule, true).immediately());
    rule.not_before = proto::ClockTime{2, 1, -77, 9};
    rule.not_before_cycle = 5;
    const auto commit = daq::commit_message(3, rule, true);
    CHECK(commit.run() == 3);
    CHECK(commit.simulated());
    const auto back = daq::start_rule(commit);
    CHECK(back.not_before == rule.not_before);
    CHECK(back.not_before_cycle == rule.not_before_cycle);
}
