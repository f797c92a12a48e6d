#include "online/unblinding/unblinding_routes.hpp"

#include <filesystem>
#include <fstream>
#include <future>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/access/access.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/unblinding_log.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using config::Person;
using online::Need;
using online::Request;
using online::Response;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr auto act_on_7 = R"({"first_run": 7, "last_run": 7, "reason": "frozen", "confirm": "UNBLIND 7-7"})";

// A runs directory with the blinded run 7, which is followed, and the routes.
struct Served {
    Served() {
        auto run = test::synthetic_description(7);
        run.set_blinded(true);
        proto::RunWriter::create(proto::posix_file_layer(), scratch.path(), run,
                                 test::demo_config().config.storage())
            .value();
        auto snapshot = test::fake_snapshot(1, {});
        snapshot->run.phase = online::RunPhase::FOLLOWING;
        snapshot->run.description = std::make_shared<const wire::RunDescription>(run);
        board.publish(snapshot);
        online::Keeper::Options options;
        options.records.directory = scratch.path() + "/console";
        keeper = std::make_unique<online::Keeper>(std::move(options), board, alarms);
        routes = online::unblinding_routes(board, worker, *keeper, scratch.path());
    }
    ~Served() {
        worker.stop();
        keeper->stop();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    const online::Route& route(std::string_view method) const {
        return *std::ranges::find(routes, method, &online::Route::method);
    }
    Response ask(std::string_view method, const std::string& body = "") {
        Request request;
        request.method = method;
        request.body = body;
        request.caller.person = "U. Person";
        std::promise<Response> answered;
        route(method).serve(request, [&](Response response) { answered.set_value(std::move(response)); });
        auto answer = answered.get_future();
        REQUIRE(answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
        return answer.get();
    }
    json::value state() { return json::parse(ask("GET").body); }
    std::vector<online::LogbookEntry> entries() {
        std::promise<std::vector<online::LogbookEntry>> found;
        keeper->post([&](online::Records& records) {
            online::LogbookSearch search;
            search.kind = online::EntryKind::UNBLINDING;
            found.set_value(online::Logbook(*records.desk().value()).search(search).value());
        });
        return found.get_future().get();
    }
    std::string log_file() const { return scratch.path() + "/unblindings/0001.txtpb"; }

    test::ScratchDirectory scratch;
    online::SnapshotBoard board;
    online::AlarmBoard alarms;
    online::Worker worker{4};
    std::unique_ptr<online::Keeper> keeper;
    std::vector<online::Route> routes;
};

bool says(const Response& response, std::string_view words) {
    INFO(response.body);
    return response.body.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("an unblinding by the console is the act that the command line writes, and is in the logbook") {
    Served served;
    auto before = served.state();
    CHECK(before.at("unblindings").as_array().empty());
    CHECK(before.at("problem").is_null());
    CHECK(before.at("followed").at("run") == 7);
    CHECK(before.at("followed").at("opened_by").is_null());
    CHECK(before.at("followed").at("confirm") == "UNBLIND 7-7");

    const auto answer = served.ask("POST", act_on_7);
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    const auto log = proto::UnblindingLog::open(served.scratch.path()).value();
    REQUIRE(log.chain().has_value());
    const std::uint32_t run = 7;
    REQUIRE(log.grant({&run, 1}).has_value());
    CHECK(log.acts().at(0).act.signed_by() == "U. Person");
    CHECK(log.acts().at(0).act.reason() == "frozen");

    const auto after = served.state();
    CHECK(after.at("unblindings").at(0).at("signed_by") == "U. Person");
    CHECK(after.at("unblindings").at(0).at("sha256") == log.acts().at(0).sha256.c_str());
    CHECK(after.at("followed").at("opened_by").as_string().starts_with("unblinding 1 ("));
    const auto entries = served.entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].run == 7);
    CHECK(entries[0].person == "U. Person");
    CHECK(entries[0].text.find("frozen") != std::string::npos);
    CHECK(json::parse(answer.body).at("logbook").to_number<std::int64_t>() == entries[0].id);
}

TEST_CASE("an unblinding with another phrase, without a reason, or of runs that are not there is refused") {
    Served served;
    const auto refused = [&](const char* body, unsigned status, std::string_view words) {
        const auto answer = served.ask("POST", body);
        CHECK(answer.status == status);
        CHECK(says(answer, words));
    };
    refused(R"({"first_run": 7, "last_run": 7, "reason": "r", "confirm": "unblind 7-7"})", 400,
            "UNBLIND 7-7");
    refused(R"({"first_run": 7, "last_run": 7, "reason": "r"})", 400, "UNBLIND 7-7");
    refused(R"({"first_run": 7, "last_run": 7, "confirm": "UNBLIND 7-7"})", 400, "reason");
    refused(R"({"first_run": 7, "last_run": 8, "reason": "r", "confirm": "UNBLIND 7-8"})", 409,
            "the newest run is 7");
    refused(R"({"first_run": 1, "last_run": 6, "reason": "r", "confirm": "UNBLIND 1-6"})", 409,
            "none of the runs 1 to 6 is blinded");
    refused(R"({"first_run": 8, "last_run": 7, "reason": "r", "confirm": "UNBLIND 8-7"})", 400, "no range");
    refused(R"({"first_run": 7, "last_run": 7, "reason": "r", "confirm": "UNBLIND 7-7", "signed_by": "X"})",
            400, "signed_by");
    refused(R"({"first_run": 1e12, "last_run": 7})", 400, "first_run");
    refused("[]", 400, "object");
    CHECK_FALSE(fs::exists(served.log_file()));
    CHECK(served.entries().empty());
}

TEST_CASE("only a person with the role may unblind, being an expert is not enough") {
    const Served served;
    const std::string people = served.scratch.path() + "/people.txtpb";
    const auto expert = online::add_person(people, "E. Expert", {Person::SHIFT, Person::EXPERT}, {}).value();
    const auto opener = online::add_person(people, "U. Person", {Person::UNBLIND}, {}).value();
    config::Console console;
    console.set_people_file(people);
    online::Access access(console);
    const auto status = [&](const std::string& token) {
        online::Head head;
        head.method = "POST";
        head.host = "localhost";
        if (!token.empty()) head.authorization = "Bearer " + token;
        const auto admitted = access.admit(head, &served.route("POST"), online::Access::Clock::now());
        const auto* refused = std::get_if<Response>(&admitted);
        return refused == nullptr ? 200 : refused->status;
    };
    CHECK(status("") == 401);
    CHECK(status(expert) == 403);
    CHECK(status(opener) == 200);
    CHECK(served.route("GET").need == Need::READ);
}

TEST_CASE("a log of unblindings that was tampered with opens nothing, is named, and takes no further act") {
    Served served;
    REQUIRE(served.ask("POST", act_on_7).status == 201);
    std::ifstream file(served.log_file());
    std::string text((std::istreambuf_iterator<char>(file)), {});
    text.replace(text.find("number: 1"), 9, "number: 2");
    fs::remove(served.log_file());
    std::ofstream(served.log_file()) << text;
    const auto state = served.state();
    CHECK(state.at("problem").as_string().find("0001.txtpb") != json::string::npos);
    CHECK(state.at("followed").at("opened_by").is_null());
    const auto again = served.ask("POST", act_on_7);
    CHECK(again.status == 409);
    CHECK(says(again, "the chain of unblindings is broken"));
}
