#include "online/run/run_routes.hpp"

#include <future>

#include <catch2/catch.hpp>

#include "tests/online/fake_spectra.hpp"

using namespace spillgate;
using online::run_request;
using proto::ErrorKind;

TEST_CASE("run control takes what is allowed, as the person that asks") {
    const auto start =
        run_request("start",
                    R"({"type": "beam-off", "note": "ghosts", "operator": "B. Night", "restart": true,
                        "limits": {"seconds": 3600, "protons": 1e18, "spills": 600, "bytes": 5}})",
                    "A. Shift");
    REQUIRE(start.has_value());
    CHECK(start->person() == "A. Shift");
    CHECK(start->client() == "console");
    CHECK(start->start().type() == wire::BEAM_OFF);
    CHECK(start->start().note() == "ghosts");
    CHECK(start->start().operator_() == "B. Night");
    CHECK(start->start().restart());
    CHECK(start->start().limits().seconds() == 3600);
    CHECK(start->start().limits().protons() == 1e18);
    CHECK(start->start().limits().spills() == 600);
    CHECK(start->start().limits().bytes() == 5);
    const auto plain = run_request("start", R"({"type": "test", "limits": null})", "A. Shift");
    CHECK(plain->start().operator_() == "A. Shift");
    CHECK(plain->start().limits().seconds() == 0);
    CHECK(run_request("stop", "", "A")->stop().reason() == "requested");
    CHECK(run_request("pause", "{}", "A")->has_pause());
    CHECK(run_request("resume", "{}", "A")->has_resume());
    CHECK(run_request("reset", "", "A")->has_reset());
    CHECK(run_request("configure", R"({"name": "csi-sns.txtpb"})", "A")->configure().name() ==
          "csi-sns.txtpb");
    CHECK(run_request("note", R"({"text": "x"})", "A")->note().text() == "x");
    CHECK(run_request("limits", R"({"limits": {"spills": 7}})", "A")->limit().limits().spills() == 7);
}

TEST_CASE("run control says what is wrong with the rest") {
    CHECK(run_request("explode", "{}", "A").error().kind == ErrorKind::NOT_FOUND);
    for (const char* body :
         {"", "{}", "[]", "{", "null", R"({"type": 5})", R"({"type": "wish"})", "\xff\xfe",
          R"({"type": "test", "note": ["a"]})", R"({"type": "test", "typo": 1})",
          R"({"type": "test", "limits": 1})", R"({"type": "test", "limits": {"spills": 1.5}})",
          R"({"type": "test", "limits": {"spills": 1e300}})",
          R"({"type": "test", "limits": {"seconds": -1}})", R"({"type": "test", "limits": {"second": 1}})",
          R"({"type": "test", "restart": 1})", R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}})"})
        CHECK(run_request("start", body, "A").error().kind == ErrorKind::CONFIG);
    const std::string long_note = R"({"type": "test", "note": ")" + std::string(5000, 'x') + "\"}";
    CHECK(run_request("start", long_note, "A").error().kind == ErrorKind::CONFIG);
    CHECK(run_request("note", R"({"text": ""})", "A").error().kind == ErrorKind::CONFIG);
    CHECK(run_request("pause", R"({"now": true})", "A").error().kind == ErrorKind::CONFIG);
    CHECK(run_request("start", R"({"type": "test", "typo": 1})", "A").error().message.find("\"typo\"") !=
          std::string::npos);
}

TEST_CASE("an action without a daemon is answered, in words, all of them need the controls") {
    online::SnapshotBoard board;
    board.publish(test::fake_snapshot(1, {}));
    online::ControlClient control("/nowhere", std::chrono::milliseconds(50));
    const auto routes = online::run_routes(board, control);
    CHECK(routes.size() == 8);
    for (const auto& route : routes) {
        CHECK(route.need == online::Need::SHIFT);
        CHECK(route.controls);
    }
    const auto start = std::ranges::find(routes, "/api/run/start", &online::Route::pattern);
    REQUIRE(start != routes.end());
    std::promise<online::Response> answered;
    online::Request request;
    request.body = R"({"type": "test"})";
    start->serve(request, [&](online::Response response) { answered.set_value(std::move(response)); });
    auto answer = answered.get_future();
    REQUIRE(answer.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    const auto response = answer.get();
    CHECK(response.status == 504);
    CHECK(response.body.find("did not answer") != std::string::npos);
}
