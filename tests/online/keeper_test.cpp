#include "online/keeper/keeper.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "online/alarms/alarm_routes.hpp"
#include "online/history/history_routes.hpp"
#include "online/http/router.hpp"
#include "online/keeper/keeping.hpp"
#include "online/keeper/layout_routes.hpp"
#include "online/logbook/logbook_routes.hpp"
#include "online/runs/run_list_routes.hpp"
#include "tests/online/png_samples.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::Keeper;
using online::Need;
using online::Request;
using online::Response;
using online::Worker;
using proto::testing::TemporaryDirectory;

namespace {

constexpr double begin_s = 1'700'006'400;

// A keeper whose clock runs a second per tick, and its routes.
struct Served {
    explicit Served(double hv_volts = 1200) {
        auto status = std::make_shared<wire::DaemonStatus>();
        status->set_state(wire::RUNNING);
        auto& slow = *status->add_slow_values();
        slow.set_name("hv");
        slow.set_unit("V");
        slow.set_value(hv_volts);
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->daemons.push_back({"daq", true, static_cast<std::int64_t>(begin_s * 2e9), status});
        snapshots.publish(snapshot);
        Keeper::Options options;
        options.records.directory = directory.path() + "/console";
        options.records.free_bytes = [](const std::string&) -> proto::Result<std::uint64_t> {
            return 1 << 30;
        };
        auto& rule = *options.records.console.add_alarm();
        rule.set_name("hv");
        rule.set_quantity("slow.hv");
        rule.set_above(1300);
        rule.set_for_s(0);
        options.period = std::chrono::milliseconds(1);
        options.clock = [this] { return begin_s + seconds++; };
        keeper = std::make_unique<Keeper>(options, snapshots, alarms);
        router.add(online::alarm_routes(*keeper));
        router.add(online::history_routes(*keeper));
        router.add(online::logbook_routes(*keeper));
        router.add(online::layout_routes(*keeper));
        router.add(online::picture_routes(
            presser, std::make_shared<online::PictureStore>(directory.path() + "/console/pictures", 0)));
        router.add(online::run_list_routes(*keeper, snapshots,
                                           std::make_shared<online::RunList>(directory.path(), "", "")));
        router.add(online::run_export_routes(presser, directory.path() + "/online"));
    }
    ~Served() {
        presser.stop();
        keeper->stop();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    Response ask(const std::string& method, const std::string& path, const std::string& query = "",
                 const std::string& body = "") {
        const auto match = router.find(method, path);
        if (match.route == nullptr) return online::refusal(404, "no route");
        Request request;
        request.method = method;
        request.path = path;
        request.query = query;
        request.values = match.values;
        request.body = body;
        request.caller.person = "A. Shift";
        std::promise<Response> answered;
        match.route->serve(request, [&](Response response) { answered.set_value(std::move(response)); });
        auto answer = answered.get_future();
        REQUIRE(answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
        return answer.get();
    }
    boost::json::value get(const std::string& path, const std::string& query = "") {
        const auto response = ask("GET", path, query);
        CAPTURE(path, response.body);
        REQUIRE(response.status == 200);
        return boost::json::parse(response.body);
    }
    // Waits until it holds; false after a minute.
    template <class Condition>
    static bool becomes(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    TemporaryDirectory directory;
    std::atomic<int> seconds = 0;
    online::SnapshotBoard snapshots;
    online::AlarmBoard alarms;
    Worker presser{{4, 15, {}, {}}};
    std::unique_ptr<Keeper> keeper;
    online::Router router;
};

std::string directory_of_exports(const std::string& parent, int run) {
    auto directory = fmt::format("{}/online/run-{:06}", parent, run);
    std::filesystem::create_directories(directory);
    return directory;
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("the history is served by series and range, with nulls in its gaps") {
    Served served;
    REQUIRE(Served::becomes([&] { return served.seconds > 100; }));
    const auto series = served.get("/api/history/series");
    CHECK(series.at("off").is_null());
    CHECK(series.at("series").as_array().size() > 3);
    const auto range = "from=1700006400&to=1700010000&series=slow.hv&series=nobody";
    const auto curves = served.get("/api/history", range).at("curves");
    CHECK(curves.at("nobody").is_null());
    const auto& hv = curves.at("slow.hv");
    CHECK(hv.at("unit") == "V");
    CHECK(hv.at("level_s") == 10.0);
    CHECK(hv.at("mean").at(0) == 1200.0);
    CHECK(hv.at("t").as_array().size() == hv.at("low").as_array().size());
    for (const char* wrong : {"", "series=", "series=slow.hv&from=x", "series=slow.hv&points=0",
                              "series=slow.hv&from=5&to=4", "series=slow.hv&to=nan"})
        CHECK(served.ask("GET", "/api/history", wrong).status == 400);
    online::Curve curve{"a", "V", 10, {{5, 1, 1, 1, 1}, {15, 1, 2, 2, 2}, {95, 1, 3, 3, 3}}};
    const auto gap = online::curve_json(curve);
    REQUIRE(gap.at("mean").as_array().size() == 4);
    CHECK(gap.at("mean").at(2).is_null());
    CHECK(gap.at("t").at(2) == 55.0);
}

TEST_CASE("an alarm is shown, acknowledged and shelved over HTTP, and the feed has each change") {
    Served served(1320);
    const auto topic = online::alarm_topic(served.alarms);
    REQUIRE(Served::becomes(
        [&] { return served.alarms.newest() && served.alarms.newest()->unacknowledged == 1; }));
    const auto version = topic->version();
    REQUIRE(version > 0);
    const auto text = topic->text({}, 0);
    REQUIRE(text);
    CHECK(text->find("unacknowledged") != std::string::npos);
    CHECK(topic->text({}, version) == nullptr);
    CHECK(served.ask("POST", "/api/alarms/nobody/acknowledge").status == 404);
    CHECK(served.ask("POST", "/api/alarms/hv/acknowledge", "", R"({"comment": 5})").status == 400);
    CHECK(served.ask("POST", "/api/alarms/hv/acknowledge", "", R"({"coment": "x"})").status == 400);
    CHECK(served.ask("POST", "/api/alarms/hv/acknowledge", "", R"({"comment": "called"})").status == 200);
    CHECK(served.ask("POST", "/api/alarms/hv/acknowledge").status == 409);
    CHECK(topic->version() != version);
    CHECK(served.ask("POST", "/api/alarms/hv/shelve", "", R"({"until_utc_s": 9e9})").status == 400);
    CHECK(
        served.ask("POST", "/api/alarms/hv/shelve", "", R"({"until_utc_s": 9e9, "reason": "ramp"})").status ==
        200);
    const auto all = served.get("/api/alarms").at("alarms");
    bool shelved = false;
    for (const auto& alarm : all.as_array())
        shelved = shelved || (alarm.at("id") == "hv" && alarm.at("state") == "shelved");
    CHECK(shelved);
    CHECK(served.ask("POST", "/api/alarms/hv/unshelve").status == 200);
    CHECK(served.ask("POST", "/api/alarms/hv/unshelve").status == 409);
    const auto log = served.get("/api/alarms/log").at("events");
    CHECK(log.as_array().size() >= 5);
    CHECK(served.get("/api/logbook", "kind=alarm&text=called").at("entries").as_array().size() == 1);
}

TEST_CASE("entries with pictures are written and found over HTTP, what is no PNG is refused") {
    Served served;
    const auto png = test::png_of(test::gradient(6, 4), 6, 4);
    const auto sent = served.ask("POST", "/api/pictures", "", png);
    REQUIRE(sent.status == 201);
    const std::string name(boost::json::parse(sent.body).at("sha256").as_string());
    CHECK(served.ask("POST", "/api/pictures", "", "<svg/>").status == 415);
    CHECK(served.ask("POST", "/api/pictures", "", png.substr(0, 60)).status == 400);
    CHECK(served.ask("POST", "/api/pictures", "", test::with_size(png, 9000, 9000)).status == 413);
    const auto fetched = served.ask("GET", "/api/pictures/" + name + ".png");
    CHECK(fetched.status == 200);
    CHECK(fetched.content_type == "image/png");
    CHECK(test::pixels_of(fetched.body) == test::gradient(6, 4));
    CHECK(served.ask("GET", "/api/pictures/..%2Fconsole.sqlite").status == 404);

    REQUIRE(served.ask("POST", "/api/logbook", "", R"({"text": "odd trace", "pictures": [")" + name + "\"]}")
                .status == 201);
    const auto entries = served.get("/api/logbook", "text=odd%20tra").at("entries");
    REQUIRE(entries.as_array().size() == 1);
    CHECK(entries.at(0).at("person") == "A. Shift");
    CHECK(entries.at(0).at("run").is_null());
    CHECK(std::string(entries.at(0).at("pictures").at(0).as_string()) == name);
    for (const char* wrong : {"{}", "[]", R"({"text": 5})", R"({"text": "x", "pictures": [5]})",
                              R"({"text": "x", "run": -1})", R"({"text": "x", "who": "me"})"})
        CHECK(served.ask("POST", "/api/logbook", "", wrong).status == 400);
    CHECK(served.ask("POST", "/api/logbook", "", R"({"text": "x", "corrects": 99})").status == 404);
    CHECK(served.ask("GET", "/api/logbook", "kind=wish").status == 400);
    CHECK(served.ask("GET", "/api/logbook", "before=x").status == 400);
}

TEST_CASE("layouts and runs are served, and a run that is not there has no notes") {
    Served served;
    CHECK(served.ask("POST", "/api/layouts/wall", "", R"({"pads": [1, 2]})").status == 200);
    CHECK(served.get("/api/layouts").at("layouts").at(0) == "wall");
    CHECK(served.get("/api/layouts/wall").at("pads").as_array().size() == 2);
    // A zoom keeps all of its digits.
    const std::string exact = R"({"zoom":[19.806366255789094,59.48063821503611]})";
    CHECK(served.ask("POST", "/api/layouts/wall", "", exact).status == 200);
    CHECK(served.ask("GET", "/api/layouts/wall").body == exact);
    CHECK(served.ask("POST", "/api/layouts/wall/delete").status == 200);
    CHECK(served.ask("GET", "/api/layouts/wall").status == 404);
    CHECK(served.get("/api/runs").at("runs").as_array().empty());
    auto lead = proto::RunCatalogue::open(served.directory.path()).value();
    wire::RunDescription run;
    run.set_number(1);
    run.set_type(wire::TEST);
    REQUIRE(lead.record(run).has_value());
    CHECK(served.ask("POST", "/api/runs/1/note", "", R"({"text": "first"})").status == 201);
    CHECK(served.ask("POST", "/api/runs/2/note", "", R"({"text": "none"})").status == 404);
    CHECK(served.get("/api/runs/1").at("notes").at(0).at("text") == "first");
    CHECK(served.get("/api/runs", "type=test").at("runs").as_array().size() == 1);
    CHECK(served.ask("GET", "/api/runs", "type=wish").status == 400);
    CHECK(served.ask("GET", "/api/runs/x").status == 400);
    CHECK(served.ask("GET", "/api/runs/1/config").status == 200);
}

TEST_CASE("a run's exported spectra are served, and nothing else by whatever name") {
    Served served;
    const auto exports = directory_of_exports(served.directory.path(), 12);
    write_file(exports + "/spectra.csv", "name,bin\n");
    write_file(exports + "/spectra.h5", std::string("\x89HDF\r\n\x1a\n\0", 9));
    write_file(exports + "/other.csv", "not for all");
    write_file(served.directory.path() + "/secret.json", "secret");
    std::filesystem::create_symlink(served.directory.path() + "/secret.json", exports + "/spectra.json");
    const auto csv = served.ask("GET", "/api/runs/12/exports/spectra.csv");
    CHECK(csv.status == 200);
    CHECK(csv.body == "name,bin\n");
    CHECK(csv.content_type == "text/csv; charset=utf-8");
    REQUIRE(csv.headers.size() == 1);
    CHECK(csv.headers[0].second == "attachment; filename=\"run-000012-spectra.csv\"");
    CHECK(served.ask("GET", "/api/runs/12/exports/spectra.h5").body.size() == 9);
    for (const char* path :
         {"spectra.json", "other.csv", "spectra.CSV", "spectra.csv%00", "spectra.csv%2F", ".", "..", "%2e%2e",
          "..%2F..%2Fsecret.json", "..%2Frun-000012%2Fspectra.csv", "..%5Csecret.json"}) {
        CAPTURE(path);
        const auto refused = served.ask("GET", std::string("/api/runs/12/exports/") + path);
        CHECK(refused.status == 404);
        CHECK(refused.body.find("secret") == std::string::npos);
    }
    CHECK(served.ask("GET", "/api/runs/13/exports/spectra.csv").status == 404);
    for (const char* run : {"0", "-12", "12x", "..", "%2e%2e%2Frun-000012", "99999999999"})
        CHECK(served.ask("GET", fmt::format("/api/runs/{}/exports/spectra.csv", run)).status == 400);
    CHECK(served.ask("POST", "/api/runs/12/exports/spectra.csv").status == 404);
}

TEST_CASE("a keeper that is busy refuses more than its queue holds at once, and counts it") {
    Served served;
    std::promise<void> release;
    auto released = release.get_future().share();
    std::promise<void> begun;
    REQUIRE(served.keeper->post([&begun, released](online::Records&) {
        begun.set_value();
        released.wait();
    }));
    begun.get_future().wait();
    std::size_t taken = 0;
    while (served.keeper->post([](online::Records&) {}))
        ++taken;
    CHECK(taken == 256);
    std::promise<Response> refused;
    served.keeper->answer([&](Response response) { refused.set_value(std::move(response)); },
                          [](online::Records&, double) { return Response{}; });
    CHECK(refused.get_future().get().status == 503);
    CHECK(served.keeper->counts().dropped == 2);
    CHECK(served.keeper->counts().waiting == 256);
    release.set_value();
    REQUIRE(Served::becomes([&] { return served.keeper->counts().waiting == 0; }));
    served.keeper->stop();
    CHECK_FALSE(served.keeper->post([](online::Records&) {}));
}

TEST_CASE("all of it starts from the two configurations, serves its routes and stops by itself") {
    const TemporaryDirectory directory;
    config::Config config;
    config.mutable_storage()->set_runs_dir(directory.path());
    proto::LoadedConsole console;
    auto& hook = *console.console.add_webhook();
    hook.set_name("phone");
    hook.set_url("nonsense");
    const online::SnapshotBoard snapshots;
    Worker worker(4);
    CHECK(online::Keeping::start(config, console, snapshots, worker).error().kind ==
          proto::ErrorKind::CONFIG);
    console.console.clear_webhook();
    std::atomic<int> changes = 0;
    {
        const auto keeping = online::Keeping::start(config, console, snapshots, worker).value();
        keeping->wake([&changes] { ++changes; });
        online::Router router;
        router.add(keeping->routes());
        CHECK(router.find("GET", "/api/history").route != nullptr);
        CHECK(router.find("POST", "/api/alarms/hv/shelve").route->need == Need::EXPERT);
        CHECK(router.find("POST", "/api/pictures").route->max_body == online::max_picture_bytes);
        CHECK(router.find("GET", "/api/runs/1/exports/spectra.csv").route != nullptr);
        const auto topics = keeping->topics();
        CHECK(router.find("POST", "/api/shift/begin").route->need == Need::SHIFT);
        REQUIRE(topics.size() == 3);
        CHECK(topics[0]->name() == "alarms");
        CHECK(topics[1]->name() == "logbook");
        CHECK(topics[2]->name() == "shift");
        CHECK(topics[1]->version() == 0);
        REQUIRE(keeping->keeper().post([](online::Records& records) {
            online::LogbookEntry entry;
            entry.text = "shift begins";
            CHECK(records.write(entry).has_value());
        }));
        REQUIRE(Served::becomes([&] { return topics[1]->version() > 0; }));
        CHECK(*topics[1]->text({}, 0) == R"({"newest":1})");
        CHECK(topics[1]->text({}, topics[1]->version()) == nullptr);
        REQUIRE(Served::becomes([&] { return keeping->alarms().newest() != nullptr; }));
    }
    CHECK(std::filesystem::exists(directory.path() + "/online/console/console.sqlite"));
    CHECK(std::filesystem::exists(directory.path() + "/online/console/history.sqlite"));
}

TEST_CASE("a task that throws ends nothing, and a tick that never ends in time lets tasks have their turn") {
    std::atomic<int> ticks = 0;
    Worker worker({8, 0, std::chrono::milliseconds(1), [&ticks] {
                       ++ticks;
                       std::this_thread::sleep_for(std::chrono::milliseconds(3));
                   }});
    REQUIRE(worker.post([] { throw std::runtime_error("on purpose"); }));
    std::promise<void> done;
    REQUIRE(worker.post([&done] { done.set_value(); }));
    CHECK(done.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CHECK(Served::becomes([&] { return ticks > 3; }));
    worker.stop();
    worker.stop();
}
