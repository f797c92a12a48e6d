#include "online/quality/good_run_routes.hpp"

#include <filesystem>
#include <fstream>
#include <future>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/exposure/good_run_log.hpp"
#include "offline/exposure/slots_by_utc.hpp"
#include "proto/run_catalogue.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/proto/labelled_run.hpp"

using namespace spillgate;
using online::Need;
using online::Request;
using online::Response;
namespace json = boost::json;

namespace {

constexpr auto flag_11 =
    R"({"replaces": 0, "flags": [{"good": true, "first_run": 10, "last_run": 11, "reason": "stable"}]})";

// A catalogue with the runs 10 to 12, of which the last one goes on, and the routes.
struct Served {
    Served() {
        auto catalogue = proto::RunCatalogue::open(scratch.path()).value();
        wire::RunDescription run;
        for (std::uint32_t number = 10; number <= 12; ++number) {
            run.Clear();
            run.set_number(number);
            run.set_type(wire::PHYSICS);
            if (number < 12) {
                run.set_stop_utc_ns(1);
                run.set_stop_reason("requested");
                run.mutable_ledger()->set_slots(600);
            }
            REQUIRE(catalogue.record(run).has_value());
        }
        auto snapshot = test::fake_snapshot(1, {});
        auto status = std::make_shared<wire::DaemonStatus>();
        status->set_state(wire::RUNNING);
        *status->mutable_run() = run;
        snapshot->daemons = {{"daq", true, 1, status}};
        board.publish(snapshot);
        online::Keeper::Options options;
        options.records.directory = scratch.path() + "/console";
        keeper = std::make_unique<online::Keeper>(std::move(options), board, alarms);
        routes = online::good_run_routes(board, worker, *keeper, {directory(), scratch.path(), "csi"});
    }
    ~Served() {
        worker.stop();
        keeper->stop();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    std::string directory() const { return scratch.path() + "/good-runs"; }
    const online::Route& route(std::string_view method, std::string_view pattern) const {
        return *std::ranges::find_if(
            routes, [&](const auto& one) { return one.method == method && one.pattern == pattern; });
    }
    Response ask(std::string_view method, std::string_view pattern, Request request) {
        request.method = method;
        request.caller.person = "C. Expert";
        std::promise<Response> answered;
        route(method, pattern).serve(request, [&](Response response) {
            answered.set_value(std::move(response));
        });
        auto answer = answered.get_future();
        REQUIRE(answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
        return answer.get();
    }
    Response sign(const std::string& body) {
        Request request;
        request.body = body;
        return ask("POST", "/api/good-runs", request);
    }
    Response slots(const std::string& query) {
        Request request;
        request.query = query;
        return ask("GET", "/api/good-runs/slots", request);
    }
    json::value list(const std::string& query = "") {
        Request request;
        request.query = query;
        return json::parse(ask("GET", "/api/good-runs", request).body);
    }
    Response version(const std::string& number, const std::string& query = "", bool file = false) {
        Request request;
        request.values["version"] = number;
        request.query = query;
        return ask("GET", file ? "/api/good-runs/{version}/file" : "/api/good-runs/{version}", request);
    }
    std::vector<online::LogbookEntry> entries() {
        std::promise<std::vector<online::LogbookEntry>> found;
        keeper->post([&](online::Records& records) {
            online::LogbookSearch search;
            search.kind = online::EntryKind::GOOD_RUNS;
            found.set_value(online::Logbook(*records.desk().value()).search(search).value());
        });
        return found.get_future().get();
    }

    test::ScratchDirectory scratch;
    online::SnapshotBoard board;
    online::AlarmBoard alarms;
    online::Worker worker{4};
    std::unique_ptr<online::Keeper> keeper;
    std::vector<online::Route> routes;
};

}  // namespace

TEST_CASE("an expert's flags are a new version, which offline takes, and an entry of the logbook") {
    Served served;
    CHECK(served.route("POST", "/api/good-runs").need == Need::EXPERT);
    CHECK(served.list().at("newest").is_null());
    CHECK(served.list().at("name") == "csi");
    const auto first = served.sign(flag_11);
    INFO(first.body);
    REQUIRE(first.status == 201);
    const auto second = served.sign(
        R"({"replaces": 1, "note": "after the review", "flags": [
            {"good": false, "first_run": 10, "first_slot": 100, "last_slot": 199, "reason": "HV trip"}]})");
    INFO(second.body);
    REQUIRE(second.status == 201);

    const auto list = offline::load_good_runs(served.directory() + "/0002.txtpb").value();
    CHECK(list.list.signed_by() == "C. Expert");
    CHECK(list.list.note() == "after the review\nnot good: run 10, slots 100 to 199: HV trip");
    CHECK(list.list.signed_utc_ns() > 0);
    const auto shown = served.list();
    CHECK(shown.at("newest") == 2);
    CHECK(shown.at("problem").is_null());
    CHECK(shown.at("good").as_array().size() == 2);
    CHECK(shown.at("good").at(0).at("last_slot") == 99);
    CHECK(shown.at("good").at(1).at("last_slot").is_null());
    CHECK(shown.at("versions").at(0).at("sha256") == list.sha256.c_str());
    CHECK(shown.at("versions").at(0).at("removed").at(0).at("words") == "run 10, slots 100 to 199");
    CHECK(shown.at("versions").at(0).at("added").as_array().empty());
    CHECK(shown.at("versions").at(1).at("added").at(0).at("words") == "runs 10 to 11");
    CHECK(served.list("limit=1").at("more") == 2);
    CHECK(served.list("before=2").at("versions").at(0).at("version") == 1);

    const auto entries = served.entries();
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].person == "C. Expert");
    CHECK(entries[0].run == 10);
    CHECK(entries[0].text.find("version 2 (" + list.sha256.substr(0, 8) + ")") != std::string::npos);
    CHECK(entries[0].text.find("HV trip") != std::string::npos);
    CHECK(json::parse(second.body).at("logbook").to_number<std::int64_t>() == entries[0].id);
}

TEST_CASE("two versions are compared, and each is there as a file") {
    Served served;
    REQUIRE(served.sign(flag_11).status == 201);
    REQUIRE(served.sign(R"({"replaces": 1, "flags": [{"good": false, "first_run": 11, "reason": "noise"}]})")
                .status == 201);
    REQUIRE(
        served.sign(R"({"replaces": 2, "flags": [{"good": true, "first_run": 11, "reason": "filtered"}]})")
            .status == 201);
    const auto newest = json::parse(served.version("3").body);
    CHECK(newest.at("against") == 2);
    CHECK(newest.at("added").at(0).at("words") == "run 11");
    const auto first = json::parse(served.version("3", "against=1").body);
    CHECK(first.at("added").as_array().empty());
    CHECK(first.at("removed").as_array().empty());
    CHECK(json::parse(served.version("2", "against=1").body).at("removed").at(0).at("words") == "run 11");
    const auto file = served.version("2", "", true);
    CHECK(file.headers.at(0).second.find("good-runs-0002.txtpb") != std::string::npos);
    const auto path = served.scratch.path() + "/copy.txtpb";
    std::ofstream(path) << file.body;
    CHECK(offline::load_good_runs(path).value().list.version() == 2);
    CHECK(served.version("4").status == 404);
    CHECK(served.version("x").status == 400);
}

TEST_CASE("who signs after another one has is told so, and nothing is written") {
    Served served;
    REQUIRE(served.sign(flag_11).status == 201);
    const auto late = served.sign(flag_11);
    CHECK(late.status == 409);
    CHECK(late.body.find("version 1 has been signed meanwhile, by C. Expert") != std::string::npos);
    CHECK(served.list().at("newest") == 1);
    CHECK(served.entries().size() == 1);
}

TEST_CASE(
    "flags of runs and slots that are not there, or not over, and forms that make no sense are refused") {
    Served served;
    const auto refused = [&](const std::string& flags, unsigned status, std::string_view words) {
        const auto answer = served.sign(R"({"flags": [)" + flags + "]}");
        INFO(answer.body);
        CHECK(answer.status == status);
        CHECK(answer.body.find(words) != std::string::npos);
    };
    refused(R"({"good": true, "first_run": 12, "reason": "r"})", 409, "run 12 still goes on");
    refused(R"({"good": true, "first_run": 13, "reason": "r"})", 400, "there is no run 13");
    refused(R"({"good": true, "first_run": 10, "last_slot": 600, "reason": "r"})", 400,
            "its slots are 0 to 599");
    refused(R"({"good": true, "first_run": 10, "last_run": 11, "first_slot": 5, "reason": "r"})", 400,
            "one run");
    refused(R"({"good": true, "first_run": 11, "last_run": 10, "reason": "r"})", 400,
            "ends before it begins");
    refused(R"({"good": true, "first_run": 10})", 400, "needs a reason");
    refused(R"({"first_run": 10, "reason": "r"})", 400, "good");
    refused(R"({"good": true, "first_run": 10, "reason": "r", "signed_by": "X"})", 400, "signed_by");
    refused("7", 400, "must be an object");
    refused("", 400, "a stretch that is flagged");
    CHECK(served.sign("{}").status == 400);
    CHECK_FALSE(std::filesystem::exists(served.directory()));
    // What goes on may be called bad.
    CHECK(served.sign(R"({"flags": [{"good": false, "first_run": 12, "reason": "veto off"}]})").status ==
          201);
}

TEST_CASE("while the lead is not heard, its newest run without an end goes on, for all that is known") {
    Served served;
    const auto good_12 = R"({"flags": [{"good": true, "first_run": 12, "reason": "stable"}]})";
    auto snapshot = test::fake_snapshot(2, {});
    served.board.publish(snapshot);
    CHECK(served.sign(good_12).status == 409);
    // Its daemon is there again without a run: that one was aborted.
    snapshot = test::fake_snapshot(3, {});
    auto status = std::make_shared<wire::DaemonStatus>();
    status->set_state(wire::CONFIGURED);
    snapshot->daemons = {{"daq", true, proto::utc_now_ns(), status}};
    served.board.publish(snapshot);
    CHECK(served.sign(good_12).status == 201);
}

TEST_CASE(
    "after a version that somebody changed no further one can be signed, and the list says which file") {
    Served served;
    REQUIRE(served.sign(flag_11).status == 201);
    REQUIRE(served.sign(R"({"replaces": 1, "flags": [{"good": false, "first_run": 11, "reason": "noise"}]})")
                .status == 201);
    const std::string file = served.directory() + "/0001.txtpb";
    std::filesystem::remove(file);
    std::ofstream(file) << "name: \"csi\" version: 1 signed_by: \"X\"";
    const auto problem = served.list().at("problem");
    CHECK(problem.as_string().find("0002.txtpb") != std::string::npos);
    const auto refused =
        served.sign(R"({"replaces": 2, "flags": [{"good": true, "first_run": 11, "reason": "r"}]})");
    CHECK(refused.status == 409);
    CHECK(refused.body.find("chain of versions is broken") != std::string::npos);
}

namespace {

constexpr std::int64_t begin_s = 1'700'006'400;  // 2023-11-15 00:00:00 UTC

// The runs 20 and 21, of 100 slots of a second each, one from begin_s, the other from 200 s later on; 22 is
// of later and goes on. The files of 21 are gone.
struct ServedByTime : Served {
    ServedByTime() {
        auto catalogue = proto::RunCatalogue::open(scratch.path()).value();
        auto last = catalogue.run(12).value();
        last.set_stop_utc_ns(1);
        REQUIRE(catalogue.record(last).has_value());
        board.publish(test::fake_snapshot(2, {}));
        for (std::uint32_t number = 20; number <= 22; ++number) {
            const std::int64_t from_ns = (begin_s + 200 * (number - 20)) * 1'000'000'000;
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
    Response flag(bool good, const std::string& where, std::uint32_t replaces) {
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
