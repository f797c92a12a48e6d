#include "online/console_api.hpp"

#include <chrono>
#include <future>
#include <string>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/metrics.hpp"
#include "online/snapshot_json.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using online::run_request;
using proto::ErrorKind;

namespace {

// A console over one snapshot, without a daemon.
struct Shown {
    Shown() : control("/nowhere", std::chrono::milliseconds(50)) {
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->version = 1;
        snapshot->utc_ns = proto::utc_now_ns();
        snapshot->daemons.push_back({"daq", true, 0, nullptr});
        snapshot->spectra = test::demo_engine()->make_spectra();
        snapshot->changed.assign(snapshot->spectra->size(), 1);
        snapshot->trend = std::make_shared<const std::vector<online::TrendPoint>>();
        board.publish(std::move(snapshot));
        console = std::make_unique<online::LiveConsole>(board, test::demo_config(), control,
                                                        online::embedded_assets({}));
    }
    online::HttpResponse get(const std::string& path) { return console->get({"GET", path, "", ""}); }

    online::SnapshotBoard board;
    online::ControlClient control;
    std::unique_ptr<online::LiveConsole> console;
};

}  // namespace

TEST_CASE("run control takes what is allowed and says what is wrong with the rest") {
    const auto start = run_request("/api/run/start", R"({"type": "beam-off", "note": "ghosts"})");
    REQUIRE(start.has_value());
    CHECK(start->start().type() == wire::BEAM_OFF);
    CHECK(start->start().note() == "ghosts");
    CHECK(run_request("/api/run/stop", "")->stop().reason() == "requested");
    CHECK(run_request("/api/run/pause", "{}")->has_pause());
    CHECK(run_request("/api/run/resume", "{}")->has_resume());
    CHECK(run_request("/api/run/note", R"({"text": "x"})")->note().text() == "x");

    CHECK(run_request("/api/run/explode", "{}").error().kind == ErrorKind::NOT_FOUND);
    CHECK(run_request("/elsewhere", "{}").error().kind == ErrorKind::NOT_FOUND);
    for (const char* body :
         {"", "{}", "[]", "{", "null", R"({"type": 5})", R"({"type": "wish"})", "\xff\xfe",
          R"({"type": "test", "note": ["a"]})", R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}}})"})
        CHECK(run_request("/api/run/start", body).error().kind == ErrorKind::CONFIG);
    const std::string long_note = R"({"type": "test", "note": ")" + std::string(5000, 'x') + "\"}";
    CHECK(run_request("/api/run/start", long_note).error().kind == ErrorKind::CONFIG);
    CHECK(run_request("/api/run/note", R"({"text": ""})").error().kind == ErrorKind::CONFIG);
}

TEST_CASE("what is not known is null in JSON and missing in metrics, never zero") {
    Shown shown;
    const auto status = boost::json::parse(shown.get("/api/status").body);
    CHECK(status.at("ledger").is_null());
    CHECK(status.at("run").at("number").is_null());
    CHECK(status.at("daemons").at(0).at("age_s").is_null());
    CHECK(status.at("daemons").at(0).at("connected") == false);
    CHECK(status.at("latency").at("window_to_candidates").at("p99_ms").is_null());
    const auto pe = boost::json::parse(shown.get("/api/spectra/pe").body);
    CHECK(pe.at("in_time").is_null());
    CHECK(pe.at("anti_coincident").is_null());
    CHECK(pe.at("residual").is_null());
    CHECK(pe.at("alpha").is_null());
    const auto metrics = shown.get("/metrics").body;
    CHECK(metrics.find("spillgate_online_bad_messages_total 0") != std::string::npos);
    CHECK(metrics.find("spillgate_mark_rate_hertz{") == std::string::npos);
    CHECK(metrics.find("spillgate_run_slots") == std::string::npos);
}

TEST_CASE("slow values are gauges with their unit; one that is not known has a state and no number") {
    auto status = std::make_shared<wire::DaemonStatus>();
    auto& known = *status->add_slow_values();
    known.set_name("hv");
    known.set_unit("V");
    known.set_state(wire::SlowValue::WARN);
    known.set_value(1234.5);
    status->add_slow_values()->set_name("level");
    online::Snapshot snapshot;
    snapshot.spectra = test::demo_engine()->make_spectra();
    snapshot.daemons.push_back({"daq", true, 0, status});
    const auto metrics = online::metrics_text(snapshot, {});
    CAPTURE(metrics);
    CHECK(metrics.find("spillgate_slow_value{name=\"hv\",unit=\"V\"} 1234.5\n") != std::string::npos);
    CHECK(metrics.find("spillgate_slow_state{name=\"hv\",state=\"warn\"} 1\n") != std::string::npos);
    CHECK(metrics.find("spillgate_slow_state{name=\"level\",state=\"stale\"} 1\n") != std::string::npos);
    CHECK(metrics.find("spillgate_slow_value{name=\"level\"") == std::string::npos);
}

TEST_CASE("unknown pages, endpoints and spectra are not found") {
    Shown shown;
    for (const char* path :
         {"/nothing", "/api/", "/api/spectra/", "/api/spectra/none", "/../etc/passwd", "/api/statuses"})
        CHECK(shown.get(path).status == 404);
    CHECK(boost::json::parse(shown.get("/api/spectra").body).at("spectra").as_array().size() == 3);
}

TEST_CASE("a WebSocket client gets what it asked for, once per version") {
    Shown shown;
    const auto talk = shown.console->converse();
    const auto first = talk->say();
    REQUIRE(first);
    CHECK(boost::json::parse(*first).at("spectra").as_array().empty());
    CHECK_FALSE(talk->say());
    REQUIRE(talk->hear(R"({"subscribe": ["pe", "nobody", "t_rec"]})"));
    const auto second = talk->say();
    REQUIRE(second);
    CHECK(boost::json::parse(*second).at("spectra").as_array().size() == 2);
    CHECK_FALSE(talk->say());
    for (const char* nonsense :
         {"", "{", "[]", "{}", R"({"subscribe": "pe"})", R"({"subscribe": [1]})", "\x80"})
        CHECK_FALSE(talk->hear(nonsense));
    std::string names;
    for (int i = 0; i < 1000; ++i)
        names += "\"x\",";
    CHECK_FALSE(talk->hear("{\"subscribe\": [" + names + "\"x\"]}"));
}

TEST_CASE("an action without a daemon is answered, in words") {
    Shown shown;
    std::promise<online::HttpResponse> answered;
    shown.console->post({"POST", "/api/run/start", "", R"({"type": "test"})"},
                        [&](online::HttpResponse response) { answered.set_value(std::move(response)); });
    auto answer = answered.get_future();
    REQUIRE(answer.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    const auto response = answer.get();
    CHECK(response.status == 504);
    CHECK(response.body.find("did not answer") != std::string::npos);
}
