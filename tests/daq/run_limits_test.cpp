#include "daq/run_limits.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace spillgate;
using daq::RunCourse;

namespace {

wire::RunLimits limits(double seconds, std::uint64_t spills, double protons, std::uint64_t bytes) {
    wire::RunLimits limits;
    limits.set_seconds(seconds);
    limits.set_spills(spills);
    limits.set_protons(protons);
    limits.set_bytes(bytes);
    return limits;
}

}  // namespace

TEST_CASE("each limit is reached by its own quantity, at the limit and not before") {
    struct Row {
        wire::RunLimits limits;
        RunCourse before, at;
        const char* words;
    };
    const Row rows[] = {
        {limits(3600, 0, 0, 0), {3599.9, 9, 9, 9}, {3600, 0, 0, 0}, "3600 s (limit 3600 s)"},
        {limits(0, 600, 0, 0), {9e9, 599, 9e9, 9}, {0, 600, 0, 0}, "600 spills (limit 600 spills)"},
        {limits(0, 0, 1e18, 0),
         {9, 9, 9.99e17, 9},
         {0, 0, 1.2e18, 0},
         "1.2e+18 protons (limit 1e+18 protons)"},
        {limits(0, 0, 0, 5'000'000), {9, 9, 9, 4'999'999}, {0, 0, 0, 5'000'000}, "5.00 MB (limit 5.00 MB)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        CHECK_FALSE(daq::reached(row.limits, row.before).has_value());
        const auto words = daq::reached(row.limits, row.at);
        REQUIRE(words.has_value());
        CHECK(*words == row.words);
    }
}

TEST_CASE("of several limits the first that is reached ends the run, and none is never reached") {
    const RunCourse far{1e12, 1'000'000'000'000, 1e30, 1'000'000'000'000'000};
    CHECK_FALSE(daq::reached({}, far).has_value());
    CHECK_FALSE(daq::has_limit({}));
    const auto both = limits(3600, 600, 0, 0);
    CHECK(daq::has_limit(both));
    CHECK_FALSE(daq::reached(both, {100, 599, 0, 0}).has_value());
    CHECK(daq::reached(both, {100, 601, 0, 0}) == "601 spills (limit 600 spills)");
    CHECK(daq::reached(both, {3601, 10, 0, 0}) == "3601 s (limit 3600 s)");
}

TEST_CASE("a limit that is no limit is refused by its name, and so is a restart that could never come") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double wrong : {-1.0, nan, HUGE_VAL, -HUGE_VAL}) {
        CAPTURE(wrong);
        const auto seconds = daq::check_limits(limits(wrong, 0, 0, 0), false);
        REQUIRE_FALSE(seconds.has_value());
        CHECK(seconds.error().kind == proto::ErrorKind::REFUSED);
        CHECK(seconds.error().message.starts_with("limits.seconds is "));
        const auto protons = daq::check_limits(limits(0, 0, wrong, 0), false);
        REQUIRE_FALSE(protons.has_value());
        CHECK(protons.error().message.starts_with("limits.protons is "));
    }
    CHECK(daq::check_limits({}, false).has_value());
    CHECK(daq::check_limits(limits(0, 1, 0, 0), true).has_value());
    CHECK_FALSE(daq::check_limits({}, true).has_value());
}

TEST_CASE("a run's course is the lead's ledger and the bytes of all daemons in the run") {
    wire::DaemonStatus lead;
    lead.mutable_run()->set_number(7);
    auto& ledger = *lead.mutable_run()->mutable_ledger();
    ledger.set_spills(60);
    ledger.set_charge_measured_pc(1'602'176'634);   // 1e16 protons
    ledger.set_charge_estimated_pc(1'602'176'634);  // as many
    lead.set_bytes_written(1000);
    lead.set_elapsed_s(12.5);
    for (const auto& [run, bytes] : {std::pair{7u, 200u}, std::pair{7u, 30u}, std::pair{6u, 9999u}}) {
        auto& follower = *lead.add_followers();
        follower.mutable_run()->set_number(run);
        follower.mutable_run()->mutable_ledger()->set_spills(60);
        follower.set_bytes_written(bytes);
    }
    const auto course = daq::course_of(lead);
    CHECK(course.seconds == 12.5);
    CHECK(course.spills == 60);
    CHECK(course.protons == Approx(2e16));
    CHECK(course.bytes == 1230);
}

TEST_CASE("limits and what is left of them are told in words") {
    const auto all = limits(3600, 600, 1e18, 5'000'000);
    CHECK(daq::limits_text(all) == "3600 s, 600 spills, 1e+18 protons, 5.00 MB");
    CHECK(daq::limits_text({}) == "none");
    CHECK(daq::remaining_text(all, {600, 100, 4e17, 1'000'000}) ==
          "3000 s, 500 spills, 6e+17 protons, 4.00 MB");
    CHECK(daq::remaining_text(all, {9000, 900, 4e18, 9'000'000}) == "0 s, 0 spills, 0 protons, 0 B");
}
