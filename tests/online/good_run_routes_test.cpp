#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/exposure/good_run_log.hpp"
#include "tests/online/served_good_runs.hpp"

using namespace spillgate;
using online::Need;
using Served = test::ServedGoodRuns;
namespace json = boost::json;

namespace {

constexpr auto flag_11 =
    R"({"replaces": 0, "flags": [{"good": true, "first_run": 10, "last_run": 11, "reason": "stable"}]})";

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
