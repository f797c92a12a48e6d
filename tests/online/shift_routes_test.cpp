#include "online/shift/shift_routes.hpp"

#include <atomic>
#include <future>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "online/http/router.hpp"
#include "online/logbook/logbook_routes.hpp"
#include "tests/online/synthetic_config.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::Caller;
using online::Keeper;
using online::Request;
using online::Response;

namespace {

constexpr double begin_s = 1'795'903'200;  // 2026-11-28 22:00:00 UTC

Caller person(const std::string& name, bool shift, bool expert = false) {
    Caller caller;
    caller.person = name;
    caller.shift = shift;
    caller.expert = expert;
    return caller;
}
const Caller a_shift = person("A. Shift", true);
const Caller b_relief = person("B. Relief", true);
const Caller c_expert = person("C. Expert", true, true);
const Caller d_guest = person("D. Guest", false);
const Caller nobody;

// The routes of the shift page and the logbook, at a clock of the test's.
struct Served {
    Served() {
        auto snapshot = std::make_shared<online::Snapshot>();
        snapshot->config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
        snapshots.publish(snapshot);
        page.add_check("Is the veto on?");
        page.add_check("Level of the water");
        page.set_instructions("Call <b>before</b> touching HV.\nThen write it down.");
        Keeper::Options options;
        options.records.directory = directory.path() + "/console";
        options.records.free_bytes = [](const std::string&) -> proto::Result<std::uint64_t> {
            return 1 << 30;
        };
        options.records.tell_entry = [this](std::int64_t id) { told.push_back(id); };
        options.clock = [this] { return now_s.load(); };
        keeper = std::make_unique<Keeper>(options, snapshots, alarms);
        router.add(online::shift_routes({*keeper, snapshots, changes}, page));
        router.add(online::logbook_routes(*keeper));
    }
    ~Served() { keeper->stop(); }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    // As the server does it: the role is judged before anything else.
    Response ask(const Caller& caller, const std::string& method, const std::string& path,
                 const std::string& body = "", const std::string& query = "") {
        const auto match = router.find(method, path);
        REQUIRE(match.route != nullptr);
        if (!caller.is(match.route->need)) return online::refusal(caller.person.empty() ? 401 : 403, "role");
        Request request;
        request.method = method;
        request.path = path;
        request.query = query;
        request.values = match.values;
        request.body = body;
        request.caller = caller;
        std::promise<Response> answered;
        match.route->serve(request, [&](Response response) { answered.set_value(std::move(response)); });
        auto answer = answered.get_future();
        REQUIRE(answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
        return answer.get();
    }
    unsigned post(const Caller& caller, const std::string& what, const std::string& body = "") {
        const auto answer = ask(caller, "POST", "/api/shift/" + what, body);
        last = boost::json::parse(answer.body);
        return answer.status;
    }
    boost::json::value get(const std::string& path, const std::string& query = "") {
        const auto answer = ask(nobody, "GET", path, "", query);
        CAPTURE(path, answer.body);
        REQUIRE(answer.status == 200);
        return boost::json::parse(answer.body);
    }
    std::string logged(const std::string& words) {
        const auto entries = get("/api/logbook", "kind=shift&text=" + words).at("entries");
        if (entries.as_array().empty()) return "";
        return fmt::format("{}: {}", std::string_view(entries.at(0).at("person").as_string()),
                           std::string_view(entries.at(0).at("text").as_string()));
    }

    // On the keeper's connection.
    void execute(const std::string& sql) {
        std::promise<bool> done;
        keeper->post([&](online::Records& records) {
            const auto desk = records.desk().value();
            done.set_value(desk->run([&](SQLite::Database& database) { database.exec(sql); }).has_value());
        });
        REQUIRE(done.get_future().get());
    }

    proto::testing::TemporaryDirectory directory;
    std::atomic<double> now_s = begin_s;
    std::vector<std::int64_t> told;  // entries of the logbook, on the keeper's thread
    online::SnapshotBoard snapshots;
    online::AlarmBoard alarms;
    online::ShiftBoard changes;
    config::ShiftPage page;
    std::unique_ptr<Keeper> keeper;
    online::Router router;
    boost::json::value last;  // what was answered
};

}  // namespace

TEST_CASE("a shift is begun, ticked, handed over and acknowledged over HTTP, and the logbook has each") {
    Served served;
    CHECK(served.get("/api/shift").at("shift").is_null());
    CHECK(served.post(a_shift, "handover", R"({"shift": 1, "text": "quiet"})") == 409);
    REQUIRE(served.post(a_shift, "begin") == 200);
    CHECK(served.last.at("shift") == 1);
    CHECK(served.post(b_relief, "begin") == 409);
    REQUIRE(served.post(b_relief, "join") == 200);
    REQUIRE(served.post(d_guest, "tick", R"({"shift": 1, "line": 0, "done": true})") == 200);
    CHECK(served.logged("complete").empty());
    served.now_s = begin_s + 3600;
    REQUIRE(served.post(a_shift, "tick", R"({"shift": 1, "line": 1, "done": true, "remark": "80 cm"})") ==
            200);
    CHECK(served.last.at("logbook").is_number());
    CHECK(served.logged("water").find("Level of the water (A. Shift, 2026-11-28 23:00:00 UTC): 80 cm") !=
          std::string::npos);
    auto shift = served.get("/api/shift").at("shift");
    CHECK(shift.at("begin_utc_s") == begin_s);
    CHECK(shift.at("complete_utc_s") == begin_s + 3600);
    CHECK(shift.at("lines").at(0).at("person") == "D. Guest");
    CHECK(shift.at("people").as_array().size() == 2);

    REQUIRE(served.post(a_shift, "handover", R"({"shift": 1, "text": "Veto HV ramped"})") == 200);
    CHECK(served.logged("ramped").starts_with("A. Shift: Shift 1 handed over:\nVeto HV ramped\n"));
    CHECK(served.get("/api/shift").at("shift").is_null());
    auto handovers = served.get("/api/shift").at("handovers");
    REQUIRE(handovers.as_array().size() == 1);
    CHECK(handovers.at(0).at("text") == "Veto HV ramped");
    CHECK(served.post(b_relief, "acknowledge", R"({"shift": 1})") == 409);
    REQUIRE(served.post(b_relief, "begin") == 200);
    CHECK(served.post(a_shift, "acknowledge", R"({"shift": 1})") == 409);
    REQUIRE(served.post(b_relief, "acknowledge", R"({"shift": 1})") == 200);
    CHECK(served.logged("acknowledged") == "B. Relief: Handover of shift 1 acknowledged.");
    CHECK(served.get("/api/shift").at("handovers").as_array().empty());
    CHECK(served.get("/api/shift").at("shift").at("lines").at(0).at("done") == false);

    const auto older = served.get("/api/shift/list", "before=2").at("shifts");
    REQUIRE(older.as_array().size() == 1);
    CHECK(older.at(0).at("handover").at("acknowledged_by") == "B. Relief");
    CHECK(older.at(0).at("lines").at(1).at("remark") == "80 cm");
    CHECK(served.get("/api/shift/list", "limit=1").at("shifts").at(0).at("number") == 2);
}

TEST_CASE("who may do what on the shift page") {
    Served served;
    for (const char* what : {"begin", "join", "handover", "acknowledge"}) {
        CHECK(served.post(nobody, what) == 401);
        CHECK(served.post(d_guest, what) == 403);
    }
    for (const char* what : {"leave", "tick", "on-call", "on-call/1/remove"})
        CHECK(served.post(nobody, what) == 401);
    const auto call = [](const std::string& name) {
        return fmt::format(R"({{"name": "{}", "contact": "+41 1", "to_utc_s": {}}})", name, begin_s + 3600);
    };
    CHECK(served.post(a_shift, "on-call", call("D. Guest")) == 403);
    REQUIRE(served.post(d_guest, "on-call", call("D. Guest")) == 200);
    const auto own = served.last.at("number").as_int64();
    REQUIRE(served.post(c_expert, "on-call", call("Somebody from outside")) == 200);
    CHECK(served.post(a_shift, fmt::format("on-call/{}/remove", own)) == 403);
    CHECK(served.post(d_guest, fmt::format("on-call/{}/remove", own + 1)) == 403);
    CHECK(served.post(d_guest, fmt::format("on-call/{}/remove", own)) == 200);
    CHECK(served.post(c_expert, fmt::format("on-call/{}/remove", own + 1)) == 200);
    CHECK(served.post(c_expert, fmt::format("on-call/{}/remove", own + 1)) == 404);
    CHECK(served.post(c_expert, "on-call/x/remove") == 404);
}

TEST_CASE("who is on call is told by the server's clock, and so is when nobody is") {
    Served served;
    auto calls = served.get("/api/shift").at("on_call");
    CHECK(calls.at("now").as_array().empty());
    CHECK(calls.at("gap").at("from_utc_s") == begin_s);
    CHECK(calls.at("gap").at("to_utc_s").is_null());
    REQUIRE(
        served.post(
            c_expert, "on-call",
            fmt::format(R"({{"name": "C. Expert", "contact": "+41 1", "from_utc_s": {}, "to_utc_s": {}}})",
                        begin_s + 7200, begin_s + 10800)) == 200);
    calls = served.get("/api/shift").at("on_call");
    CHECK(calls.at("now").as_array().empty());
    REQUIRE(calls.at("later").as_array().size() == 1);
    CHECK(calls.at("gap").at("to_utc_s") == begin_s + 7200);
    served.now_s = begin_s + 7200;
    calls = served.get("/api/shift").at("on_call");
    CHECK(calls.at("now").at(0).at("contact") == "+41 1");
    CHECK(calls.at("gap").at("from_utc_s") == begin_s + 10800);
    served.now_s = begin_s + 10800;
    CHECK(served.get("/api/shift").at("on_call").at("now").as_array().empty());
}

TEST_CASE("what makes no sense is refused with 400, and instructions and calibrations are told as they are") {
    Served served;
    REQUIRE(served.post(a_shift, "begin") == 200);
    for (const auto& [what, body] : std::vector<std::pair<const char*, const char*>>{
             {"begin", "[]"},
             {"begin", R"({"overr": 1})"},
             {"tick", R"({"shift": 1, "line": 2, "done": true})"},
             {"tick", R"({"shift": 1, "line": -1, "done": true})"},
             {"tick", R"({"shift": 1, "line": 0, "done": 1})"},
             {"handover", R"({"shift": 1, "text": ""})"},
             {"handover", R"({"shift": 1})"},
             {"on-call", R"({"name": "A. Shift", "contact": "+41 1"})"},
             {"on-call", R"({"name": "A. Shift", "contact": "+41 1", "to_utc_s": 1e300})"},
             {"on-call", R"({"name": "A. Shift", "contact": "", "to_utc_s": 1.8e9})"}}) {
        CAPTURE(what, body);
        CHECK(served.post(a_shift, what, body) == 400);
    }
    CHECK(served.ask(nobody, "GET", "/api/shift/list", "", "before=x").status == 400);
    const auto state = served.get("/api/shift");
    CHECK(state.at("instructions") == "Call <b>before</b> touching HV.\nThen write it down.");
    CHECK(state.at("calibrations").at("spe").at("state") == "none");
    CHECK(state.at("calibrations").at("spe").at("age_days").is_null());
    CHECK(state.at("calibrations").at("spe").at("allowed_days") == 7.0);
    CHECK(state.at("calibrations").at("energy").at("state") == "not-used");
}

TEST_CASE("followers are told of each change, and of nothing that was refused") {
    Served served;
    const auto topic = online::shift_topic(served.changes);
    CHECK(topic->version() == 0);
    REQUIRE(served.post(a_shift, "begin") == 200);
    const auto first = topic->version();
    CHECK(*topic->text({}, 0) == R"({"changes":1})");
    CHECK(topic->text({}, first) == nullptr);
    CHECK(served.post(b_relief, "begin") == 409);
    CHECK(topic->version() == first);
    REQUIRE(served.post(b_relief, "join") == 200);
    CHECK(topic->version() != first);
}

TEST_CASE("an entry that was rolled back with its act at the commit is told to nobody") {
    Served served;
    REQUIRE(served.post(a_shift, "begin") == 200);
    REQUIRE(served.told.size() == 1);
    // What only the commit refuses: a row whose parent never comes.
    served.execute(
        "PRAGMA foreign_keys = ON;"
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
        "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TRIGGER spoiled AFTER INSERT ON entry BEGIN INSERT INTO child VALUES (1); END");
    const std::string note = R"({"shift": 1, "text": "HV was ramped"})";
    CHECK(served.post(a_shift, "handover", note) == 500);
    CHECK(served.told.size() == 1);
    CHECK(served.logged("HV").empty());
    CHECK(served.get("/api/shift").at("shift").at("number") == 1);
    const auto changes = *served.changes.newest();
    served.execute("DROP TRIGGER spoiled");
    CHECK(served.post(a_shift, "handover", note) == 200);
    CHECK(served.told.size() == 2);
    CHECK(served.told.back() == served.last.at("logbook").to_number<std::int64_t>());
    CHECK(*served.changes.newest() == changes + 1);
}
