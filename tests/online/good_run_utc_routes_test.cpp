// Flags by UTC, over HTTP.
#include <filesystem>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/exposure/good_run_log.hpp"
#include "offline/exposure/slots_by_utc.hpp"
#include "tests/online/served_good_runs.hpp"
#include "tests/proto/labelled_run.hpp"

using namespace spillgate;
namespace json = boost::json;

namespace {

constexpr std::int64_t begin_s = 1'700'006'400;  // 2023-11-15 00:00:00 UTC

// The runs 20 and 21, of 100 slots of a second each, one from begin_s, the other from 200 s later on; 22 is
// of later and goes on. The files of 21 are gone.
struct ServedByTime : test::ServedGoodRuns {
    ServedByTime() {
        auto catalogue = proto::RunCatalogue::open(scratch.path()).value();
        auto last = catalogue.run(12).value();
        last.set_stop_utc_ns(1);
        REQUIRE(catalogue.record(last).has_value());
        board.publish(test::fake_snapshot(2, {}));
        for (std::uint32_t number = 20; number <= 22; ++number) {
            const std::int64_t from_ns = (begin_s + std::int64_t{200} * (number - 20)) * 1'000'000'000;
            wire::RunDescription run;
            run.set_format_major(1);
            run.set_number(number);
            run.set_type(wire::PHYSICS);
            run.set_daemon("daq");
            run.set_start_utc_ns(from_ns);
            auto end = run;
            end.set_stop_utc_ns(from_ns + 100'500'000'000);
            end.set_stop_reason("requested");
            end.mutable_ledger()->set_slots(100);
            const auto directory = proto::testing::write_labelled_run(
                scratch.path(), run, 100,
                [&](std::uint64_t slot) {
                    return from_ns + static_cast<std::int64_t>(slot) * 1'000'000'000 + 500'000'000;
                },
                end);
            if (number == 21) std::filesystem::remove_all(directory);
            REQUIRE(catalogue.record(end).has_value());
        }
    }
    static std::string utc(std::int64_t from_s, std::int64_t to_s) {
        return fmt::format(R"("begin_utc_s": {}, "end_utc_s": {})", begin_s + from_s, begin_s + to_s);
    }
    online::Response flag(bool good, const std::string& where, std::uint32_t replaces) {
        return sign(fmt::format(R"({{"replaces": {}, "flags": [{{"good": {}, {}, "reason": "HV trip"}}]}})",
                                replaces, good, where));
    }
};

}  // namespace

TEST_CASE("a flag by UTC is signed as the runs and slots that lie in it, and is those for a fit") {
    ServedByTime served;
    // From the middle of 20 on, and the whole of 21, into whose files nobody need look.
    const auto first = served.flag(true, served.utc(50, 310), 0);
    INFO(first.body);
    REQUIRE(first.status == 201);
    CHECK(json::parse(first.body).at("added").at(0).at("words") == "run 20, slots from 50; run 21");
    REQUIRE(served.flag(false, served.utc(60, 70), 1).status == 201);
    REQUIRE(served.flag(false, R"("first_run": 21, "begin_utc_s": 0)", 2).status == 201);

    const auto list = offline::load_good_runs(served.directory() + "/0003.txtpb").value();
    CHECK(list.list.note() ==
          "not good: run 21: 1970-01-01 00:00:00 to " +
              offline::words_of(offline::UtcRange{0, list.list.signed_utc_ns()}).substr(23) + ": HV trip");
    CHECK(offline::load_good_runs(served.directory() + "/0002.txtpb").value().list.note() ==
          "not good: run 20, slots 60 to 69: 2023-11-15 00:01:00 to 2023-11-15 00:01:10 UTC: HV trip");
    offline::FilledSlots filled;
    filled[{20, "daq"}].add_range(50, 59);
    filled[{20, "daq"}].add_range(70, 99);
    CHECK(offline::check_good(list, filled).has_value());
    filled[{20, "daq"}].add(60);
    CHECK_FALSE(offline::check_good(list, filled).has_value());
    CHECK(served.list().at("good").at(0).at("note") ==
          "2023-11-15 00:00:50 to 2023-11-15 00:05:10 UTC: HV trip");
}

TEST_CASE("what lies in a range of UTC is told before it is signed") {
    ServedByTime served;
    const auto asked = [](std::int64_t from_s, std::int64_t to_s, const std::string& more = "") {
        return fmt::format("begin_utc_s={}&end_utc_s={}{}", begin_s + from_s, begin_s + to_s, more);
    };
    const auto words = [&](const std::string& query) {
        const auto answer = served.slots(query);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        const auto told = json::parse(answer.body);
        std::string all;
        for (const auto& stretch : told.at("stretches").as_array())
            all += (all.empty() ? "" : " | ") + std::string(stretch.at("words").as_string());
        return all;
    };
    CHECK(words(asked(10, 20)) == "run 20, slots 10 to 19");
    CHECK(words(asked(-100, 20)) == "run 20, slots up to 19");
    CHECK(words(asked(-100, 305)) == "runs 20 to 21");
    CHECK(words(asked(-100, 405)) == "runs 20 to 21; run 22, slots up to 4");
    CHECK(words(asked(-100, 405, "&first_run=22")) == "run 22, slots up to 4");
    CHECK(words(asked(120, 180)).empty());
    CHECK(words(fmt::format("begin_utc_s={}&first_run=20&last_run=20", begin_s + 90)) ==
          "run 20, slots from 90");
    const auto gone = served.slots(asked(210, 220));
    CHECK(gone.status == 409);
    CHECK(gone.body.find("the files of run 21 are not there") != std::string::npos);
    CHECK(served.slots("begin_utc_s=5").status == 400);
    CHECK(served.slots("begin_utc_s=x&end_utc_s=7").status == 400);
}

TEST_CASE("a range of UTC that makes no sense, is not over, or has no slot is refused") {
    ServedByTime served;
    const auto refused = [&](const std::string& where, unsigned status, std::string_view words) {
        const auto answer = served.flag(true, where, 0);
        INFO(answer.body);
        CHECK(answer.status == status);
        CHECK(answer.body.find(words) != std::string::npos);
    };
    refused(served.utc(20, 10), 400, "ends before it begins");
    refused(R"("begin_utc_s": 1700006400)", 400, "must both be there");
    refused(R"("first_run": 20, "first_slot": 3, "begin_utc_s": 1700006400)", 400, "not by both");
    refused(R"("begin_utc_s": 1700006400, "end_utc_s": 8e9)", 400, "it is not over");
    refused(served.utc(120, 180), 409, "no slot of any such run lies in 2023-11-15 00:02:00");
    refused(served.utc(210, 220), 409, "the files of run 21 are not there");
    CHECK_FALSE(std::filesystem::exists(served.directory()));
}
