#include "daq/ctl/console/utc_range.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;

TEST_CASE("times are read in UTC as people write them") {
    for (const char* text : {"2026-11-29T02:00", "2026-11-29 02:00", "2026-11-29T02:00Z",
                             "2026-11-29T02:00:00", "2026-11-29 02:00:00Z", "1795917600"})
        CHECK(daq::utc_in(text).value() == 1795917600);
    CHECK(daq::utc_in("2026-11-29").value() == 1795910400);
    for (const char* text :
         {"", "yesterday", "02:00", "2026-11-29T02", "2026-11-29T02:00 tomorrow", "-5", "nan"}) {
        CAPTURE(text);
        const auto time = daq::utc_in(text);
        REQUIRE_FALSE(time.has_value());
        CHECK(time.error().kind == proto::ErrorKind::CONFIG);
        CHECK(time.error().message.find("allowed are 2026-11-29T02:00") != std::string::npos);
    }
}

TEST_CASE("a range ends now unless it says otherwise, and begins before it ends") {
    const auto given = daq::range_of({"1000", "5000", 0}).value();
    CHECK(given.from_s == 1000);
    CHECK(given.to_s == 5000);
    CHECK(daq::range_of({"", "5000", 600}).value().from_s == 4400);
    const double before = daq::utc_now_s();
    const auto last = daq::range_of({"", "", 600}).value();
    CHECK(last.to_s >= before);
    CHECK(last.from_s == Approx(last.to_s - 600).margin(1e-6));
    for (const auto& wrong : {daq::AskedRange{"5000", "1000", 0}, daq::AskedRange{"5000", "5000", 0},
                              daq::AskedRange{"soon", "", 0}, daq::AskedRange{"", "soon", 600}})
        CHECK_FALSE(daq::range_of(wrong).has_value());
}
