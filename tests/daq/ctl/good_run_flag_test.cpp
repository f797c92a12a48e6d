#include "daq/ctl/console/good_run_flag.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using namespace spillgate;

TEST_CASE("a flag says what is good of which runs and slots") {
    const auto flag = [](const char* text) {
        return boost::json::serialize(daq::good_run_flag(text).value());
    };
    CHECK(flag("good=800-812") == R"({"good":true,"first_run":800,"last_run":812})");
    CHECK(flag("bad=806") == R"({"good":false,"first_run":806,"last_run":806})");
    CHECK(flag("bad=806:100-199") ==
          R"({"good":false,"first_run":806,"last_run":806,"first_slot":100,"last_slot":199})");
    CHECK(flag("bad=806:100-") == R"({"good":false,"first_run":806,"last_run":806,"first_slot":100})");
    CHECK(flag("good=806:-99") == R"({"good":true,"first_run":806,"last_run":806,"last_slot":99})");
    CHECK(flag("bad=806:7") ==
          R"({"good":false,"first_run":806,"last_run":806,"first_slot":7,"last_slot":7})");
}

TEST_CASE("a flag may name times in UTC, of runs or of all that there are") {
    const auto flag = [](const char* text) { return daq::good_run_flag(text).value(); };
    using boost::json::object;
    CHECK(flag("bad=@1970-01-02T00:00/86460") ==
          object{{"good", false}, {"begin_utc_s", 86400.0}, {"end_utc_s", 86460.0}});
    CHECK(flag("good=806@86400/") ==
          object{{"good", true}, {"first_run", 806U}, {"last_run", 806U}, {"begin_utc_s", 86400.0}});
    CHECK(flag("good=806-807@/1970-01-02") ==
          object{{"good", true}, {"first_run", 806U}, {"last_run", 807U}, {"end_utc_s", 86400.0}});
}

TEST_CASE("what is no flag is refused with what is allowed") {
    for (const char* text : {"",
                             "806",
                             "good",
                             "good=",
                             "fine=806",
                             "good=0",
                             "good=-812",
                             "good=800-",
                             "good=812-800",
                             "good=8 0",
                             "good=800-812:1-2",
                             "bad=806:",
                             "bad=806:-",
                             "bad=806:9-1",
                             "bad=806:1:2",
                             "bad=@1/",
                             "bad=@/2",
                             "bad=806@",
                             "bad=806@/",
                             "bad=806@1",
                             "bad=806@yesterday/2",
                             "bad=806:1@2/3",
                             "bad=0@1/2",
                             "good=99999999999",
                             "good=+1",
                             "GOOD=1"}) {
        CAPTURE(text);
        const auto flag = daq::good_run_flag(text);
        REQUIRE_FALSE(flag.has_value());
        CHECK(flag.error().kind == proto::ErrorKind::CONFIG);
        CHECK(flag.error().message.find("allowed are good=RUN") != std::string::npos);
    }
}
