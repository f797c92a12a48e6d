#include "daq/ctl/amount_text.hpp"

#include <catch2/catch.hpp>

#include "daq/ctl/login_name.hpp"

using namespace spillgate;

TEST_CASE("times, sizes and protons are read as people write them") {
    CHECK(daq::seconds_in("3600s").value() == 3600);
    CHECK(daq::seconds_in("3600").value() == 3600);
    CHECK(daq::seconds_in("90min").value() == 5400);
    CHECK(daq::seconds_in("2h").value() == 7200);
    CHECK(daq::seconds_in("1.5d").value() == 129600);
    CHECK(daq::bytes_in("12").value() == 12);
    CHECK(daq::bytes_in("500GB").value() == 500'000'000'000);
    CHECK(daq::bytes_in("1.5kB").value() == 1500);
    CHECK(daq::protons_in("1.5e19").value() == 1.5e19);
}

TEST_CASE("what is no amount above zero is refused with what is allowed") {
    for (const auto* text : {"", "s", "0", "-3s", "nan", "inf", "1e400", "3 s", "3weeks", "1h30min", "+5s"}) {
        CAPTURE(text);
        const auto seconds = daq::seconds_in(text);
        REQUIRE_FALSE(seconds.has_value());
        CHECK(seconds.error().kind == proto::ErrorKind::CONFIG);
        CHECK(seconds.error().message.find("3600s, 90min, 2h or 1.5d") != std::string::npos);
    }
    for (const auto* text : {"", "GB", "0.1B", "2e30TB", "5 GB", "5gb", "-1"}) {
        CAPTURE(text);
        CHECK_FALSE(daq::bytes_in(text).has_value());
    }
    for (const auto* text : {"", "1e19p", "-1e19", "0"}) {
        CAPTURE(text);
        CHECK_FALSE(daq::protons_in(text).has_value());
    }
}

TEST_CASE("whoever runs a program has a name") {
    CHECK_FALSE(daq::login_name().empty());
}
