#include "online/snapshot_routes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "online/console_site.hpp"
#include "online/daemon_json.hpp"
#include "online/metrics.hpp"
#include "online/snapshot_json.hpp"
#include "proto/console_loader.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;

namespace {

// A console over one snapshot, without a daemon.
struct Shown {
    Shown() {
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->version = 1;
        snapshot->utc_ns = proto::utc_now_ns();
        snapshot->config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
        snapshot->daemons.push_back({"daq", true, 0, nullptr});
        snapshot->spectra = test::demo_engine()->make_spectra();
        snapshot->changed.assign(snapshot->spectra->size(), 1);
        snapshot->trend = std::make_shared<const std::vector<online::TrendPoint>>();
        snapshot->strip = std::make_shared<const online::SlotStripView>();
        board.publish(std::move(snapshot));
        const auto console = proto::parse_console("shift_spectrum: \"pe\"", "test").value();
        config::Config config = test::demo_config().config;
        config.mutable_online()->set_checkpoint_dir(scratch.path());
        keeping = online::Keeping::start(config, console, board, worker).value();
        physics = std::make_unique<online::Physics>(online::Physics::Options{}, board);
        site = std::make_unique<online::ConsoleSite>(
            online::ConsoleParts{board, control, configs, worker, *keeping, scope, *physics, *assets,
                                 "/nowhere", resets},
            console.console);
        site->look();
    }
    online::Response get(const std::string& path) const {
        online::Request request;
        request.method = "GET";
        request.path = path;
        auto match = site->router().find("GET", path);
        if (match.route == nullptr) return online::refusal(404, "no route");
        request.values = std::move(match.values);
        online::Response answer;
        match.route->serve(request, [&](online::Response response) { answer = std::move(response); });
        return answer;
    }

    online::SnapshotBoard board;
    online::ControlClient control{"/nowhere", std::chrono::milliseconds(50)};
    online::ConfigList configs{"/nowhere/ours.txtpb"};
    online::ResetRequests resets;
    online::Worker worker{4};
    test::ScratchDirectory scratch;
    std::unique_ptr<online::Keeping> keeping;
    online::Scope scope{proto::parse_console("", "test").value().console.scope()};
    std::unique_ptr<online::Physics> physics;
    std::unique_ptr<online::Assets> assets = online::embedded_assets({});
    std::unique_ptr<online::ConsoleSite> site;
};

}  // namespace

TEST_CASE("what is not known is null in JSON and missing in metrics, never zero") {
    const Shown shown;
    const auto status = boost::json::parse(shown.get("/api/status").body);
    CHECK(status.at("ledger").is_null());
    CHECK(status.at("run").at("number").is_null());
    CHECK(status.at("daemons").at(0).at("age_s").is_null());
    CHECK(status.at("daemons").at(0).at("connected") == false);
    CHECK(status.at("latency").at("window_to_candidates").at("p99_ms").is_null());
    const auto pe = boost::json::parse(shown.get("/api/spectra/pe").body);
    for (const char* field : {"in_time", "anti_coincident", "residual", "alpha"})
        CHECK(pe.at(field).is_null());
    const auto metrics = shown.get("/metrics").body;
    CHECK(metrics.find("spillgate_online_bad_messages_total 0") != std::string::npos);
    CHECK(metrics.find("spillgate_mark_rate_hertz{") == std::string::npos);
    CHECK(metrics.find("spillgate_run_slots") == std::string::npos);
    CHECK(metrics.find("spillgate_keeper_queue_length ") != std::string::npos);
}

TEST_CASE(
    "a daemon's devices, clocks, slow values, followers and journal are told, and null where nobody knows") {
    wire::DaemonStatus status;
    auto& device = *status.add_devices();
    device.set_name("adc");
    device.set_lost(true);
    device.set_lost_for_s(3);
    status.add_clock_ties()->set_domain(2);
    status.add_slow_values()->set_name("hv");
    status.add_followers()->set_daemon("veto");
    auto& line = *status.add_log();
    line.set_number(7);
    line.set_level(wire::LogLine::WARN);
    const auto empty = online::daemon_json(status, {});
    CHECK(empty.at("devices").at(0).at("lost_for_s") == 3.0);
    CHECK(empty.at("clock_ties").at(0).at("residual_rms_ns").is_null());
    CHECK(empty.at("slow_values").at(0).at("value").is_null());
    CHECK(empty.at("slow_values").at(0).at("state") == "stale");
    CHECK(empty.at("followers").at(0).at("state").is_null());
    CHECK(empty.at("log").at(0).at("level") == "warn");
    for (const char* field : {"limits", "elapsed_s", "disk_total_bytes", "next_run", "period_ns"})
        CHECK(empty.at(field).is_null());
    status.mutable_limits()->set_spills(600);
    status.set_elapsed_s(1.5);
    status.mutable_slow_values(0)->set_value(1320);
    config::SlowControl slow_control;
    auto& value = *slow_control.add_value();
    value.set_name("hv");
    value.set_alarm_above(1400);
    const auto known = online::daemon_json(status, slow_control);
    CHECK(empty.at("slow_values").at(0).at("limits").is_null());
    CHECK(known.at("slow_values").at(0).at("limits").at("alarm_above") == 1400.0);
    CHECK(known.at("slow_values").at(0).at("limits").at("warn_below").is_null());
    CHECK(known.at("limits").at("spills") == 600);
    CHECK(known.at("limits").at("seconds").is_null());
    CHECK(known.at("elapsed_s") == 1.5);
    CHECK(known.at("slow_values").at(0).at("value") == 1320.0);
}

TEST_CASE("slow values are gauges with their unit, one that is not known has a state and no number") {
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

TEST_CASE("of a daemon that has fallen silent metrics have its silence, and nothing that it said") {
    auto status = std::make_shared<wire::DaemonStatus>();
    status->set_mark_rate_hz(60);
    status->set_period_ns(16'666'667);
    status->set_bytes_written(1000);
    status->set_disk_free_bytes(500);
    status->add_buffers()->set_name("ring");
    auto& hv = *status->add_slow_values();
    hv.set_name("hv");
    hv.set_state(wire::SlowValue::OK);
    hv.set_value(1234.5);
    online::Snapshot snapshot;
    snapshot.spectra = test::demo_engine()->make_spectra();
    snapshot.utc_ns = 1'700'000'000'000'000'000;
    const auto shown = [&](std::int64_t silent_s) {
        snapshot.daemons = {{"daq", true, snapshot.utc_ns - silent_s * 1'000'000'000, status}};
        return online::metrics_text(snapshot, {});
    };
    const auto alive = shown(2);
    const auto dead = shown(20);
    CAPTURE(alive, dead);
    for (const char* said : {"spillgate_mark_rate_hertz{", "spillgate_mark_period_seconds{",
                             "spillgate_data_rate_bytes_per_second{", "spillgate_written_bytes_total{",
                             "spillgate_disk_free_bytes{", "spillgate_buffer_dropped_total{",
                             "spillgate_slow_value{", "spillgate_slow_state{"}) {
        CAPTURE(said);
        CHECK(alive.find(said) != std::string::npos);
        CHECK(dead.find(said) == std::string::npos);
    }
    CHECK(dead.find("spillgate_daemon_silence_seconds{daemon=\"daq\"} 20\n") != std::string::npos);
}

TEST_CASE("unknown pages, endpoints and spectra are not found") {
    const Shown shown;
    for (const char* path : {"/nothing", "/", "/api/", "/api/spectra/", "/api/spectra/none", "/../etc/passwd",
                             "/api/statuses", "/api"})
        CHECK(shown.get(path).status == 404);
    const auto list = boost::json::parse(shown.get("/api/spectra").body).at("spectra").as_array();
    REQUIRE(list.size() == 3);
    for (const auto& spectrum : list)
        CHECK(spectrum.at("expert") == (spectrum.at("name") != "pe"));
    CHECK(shown.get("/api/ws").status == 426);
}

TEST_CASE("a console follows status, spectra, trend and controls by their names") {
    const Shown shown;
    const auto talk = shown.site->converse({});
    REQUIRE(talk->hear(R"({"want": {"status": {}, "spectra": {"names": ["pe", "t_rec"]}, "controls": {},
                                    "trend": {"since": 5}}})")
                .has_value());
    const auto said = talk->say().value();
    REQUIRE(said);
    const auto first = boost::json::parse(*said);
    CHECK(first.at("status").at("config").as_string() == test::demo_config().config.name());
    CHECK(first.at("spectra").as_array().size() == 2);
    CHECK(first.at("controls").at("holder").is_null());
    CHECK_FALSE(talk->say().value());
    const auto again = shown.get("/api/updates");
    CHECK(boost::json::parse(again.body).at("status") == first.at("status"));
}

TEST_CASE("a console follows what works and whether there is beam, and is told of changes alone") {
    const Shown shown;
    const auto talk = shown.site->converse({});
    REQUIRE(talk->hear(R"({"want": {"health": {}, "beam": {}}})").has_value());
    const auto first = boost::json::parse(*talk->say().value());
    CHECK(first.at("health") == boost::json::parse(shown.get("/api/health").body));
    auto beam = boost::json::parse(shown.get("/api/beam").body).as_object();
    CHECK(beam.erase("slots") == 1);  // a topic of their own
    CHECK(first.at("beam") == beam);
    CHECK_FALSE(talk->say().value());
}

TEST_CASE("a console is told to connect again when online has gone over to another configuration") {
    Shown shown;
    const auto talk = shown.site->converse({});
    CHECK(talk->say().has_value());
    auto other = std::make_shared<online::Snapshot>(*shown.board.newest());
    other->config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
    shown.board.publish(std::move(other));
    CHECK(talk->say().error().message == "another configuration: connect again");
}
