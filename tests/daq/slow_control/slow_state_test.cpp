#include "daq/slow_control/slow_state.hpp"

#include <catch2/catch.hpp>

#include "daq/slow_control/record_file.hpp"
#include "daq/slow_control/value_table.hpp"

using namespace spillgate;
using State = wire::SlowValue;

namespace {

config::SlowValue high_voltage() {
    config::SlowValue value;
    value.set_name("hv");
    value.set_unit("V");
    value.set_alarm_below(1000);
    value.set_warn_below(1100);
    value.set_warn_above(1500);
    value.set_alarm_above(1600);
    value.set_stale_s(10);
    value.mutable_csv()->set_path("/var/log/hv,1.csv");
    value.mutable_csv()->set_column("v");
    return value;
}

daq::SlowReading reading(double value, double age_s = 0) {
    daq::SlowReading reading;
    reading.value = value;
    reading.value_utc_ns = 5;
    reading.age = std::chrono::duration<double>(age_s);
    return reading;
}

}  // namespace

TEST_CASE("a slow value is judged by its limits, on a limit it is within it") {
    const auto value = high_voltage();
    for (const auto& [volts, expected] :
         {std::pair{999.9, State::ALARM}, std::pair{1000.0, State::WARN}, std::pair{1099.9, State::WARN},
          std::pair{1100.0, State::OK}, std::pair{1500.0, State::OK}, std::pair{1500.1, State::WARN},
          std::pair{1600.0, State::WARN}, std::pair{1600.1, State::ALARM}}) {
        CAPTURE(volts);
        CHECK(daq::state_of(value, reading(volts)) == expected);
    }
    CHECK(daq::state_of(config::SlowValue(), reading(-1e300)) == State::OK);
}

TEST_CASE("the worse of limits and the source's own alarm counts") {
    auto minor = reading(1200);
    minor.alarm = daq::SourceAlarm::MINOR;
    CHECK(daq::state_of(high_voltage(), minor) == State::WARN);
    minor.value = 0;
    CHECK(daq::state_of(high_voltage(), minor) == State::ALARM);
    auto major = reading(1200);
    major.alarm = daq::SourceAlarm::MAJOR;
    CHECK(daq::state_of(high_voltage(), major) == State::ALARM);
}

TEST_CASE("a value that is too old, or that nobody gave, is stale and never a number in the record") {
    const auto value = high_voltage();
    CHECK(daq::state_of(value, reading(1200, 9.9)) == State::OK);
    CHECK(daq::state_of(value, reading(1200, 10.1)) == State::STALE);
    CHECK(daq::state_of(value, {}) == State::STALE);
    CHECK(daq::slow_record_row(7, value, reading(1200.25), State::OK) ==
          "7,hv,1200.25,V,ok,5,\"csv /var/log/hv,1.csv v\"\n");
    CHECK(daq::slow_record_row(7, value, reading(1200, 11), State::STALE) ==
          "7,hv,,V,stale,,\"csv /var/log/hv,1.csv v\"\n");
}

TEST_CASE("the table keeps the newest reading, a held value does not age, and what is unknown has no age") {
    using Clock = daq::ValueTable::Clock;
    config::SlowControl config;
    config.add_value()->set_name("a");
    config.add_value()->set_name("b");
    daq::ValueTable table(config);
    REQUIRE(table.index_of("b") == 1u);
    CHECK_FALSE(table.index_of("c").has_value());
    CHECK_FALSE(table.reading(1).value.has_value());

    table.put(1, 3.5, 9, daq::SourceAlarm::MINOR, Clock::now() - std::chrono::seconds(100));
    CHECK(table.reading(1).value == 3.5);
    CHECK(table.reading(1).age->count() >= 100);
    CHECK_FALSE(table.reading(0).value.has_value());
    table.hold(1, true, "");
    CHECK(table.reading(1).age->count() == 0);
    table.hold(1, false, "not connected");
    CHECK(table.reading(1).age->count() < 100);  // it was true until it was let go
    CHECK(table.reading(1).trouble == "not connected");
    CHECK(table.reading(1).value == 3.5);
    table.put_unknown(1, "off");
    CHECK_FALSE(table.reading(1).value.has_value());
    CHECK_FALSE(table.reading(1).age.has_value());
}
