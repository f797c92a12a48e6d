#include "online/reset_routes.hpp"

#include <future>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/online/fake_spectra.hpp"
#include "tests/online/scratch_directory.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

TEST_CASE("a reset by the console is told in the logbook, and refused in words") {
    test::ScratchDirectory scratch;
    online::SnapshotBoard board;
    board.publish(test::fake_snapshot(1, {}));
    online::AlarmBoard alarms;
    online::Keeper::Options options;
    options.records.directory = scratch.path() + "/console";
    online::Keeper keeper(std::move(options), board, alarms);
    online::ResetRequests resets;
    const auto route = online::reset_routes(resets, keeper).at(0);
    CHECK(route.method == "POST");
    CHECK(route.need == online::Need::SHIFT);
    CHECK(route.controls);
    const auto ask = [&](const std::string& body) {
        online::Request request;
        request.body = body;
        request.caller.person = "A. Shift";
        const auto answered = std::make_shared<std::promise<online::Response>>();
        route.serve(request,
                    [answered](online::Response response) { answered->set_value(std::move(response)); });
        return answered->get_future();
    };
    auto answer = ask("{}");
    auto waiting = resets.take();
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].person == "A. Shift");
    waiting[0].answer(std::make_shared<const online::SpectraReset>(
        online::SpectraReset{12, waiting[0].person, 1'700'000'000'000'000'000, 4321, nullptr}));
    REQUIRE(answer.wait_for(1min) == std::future_status::ready);
    const auto told = boost::json::parse(answer.get().body);
    CHECK(told.at("run") == 12);
    CHECK(told.at("person") == "A. Shift");
    CHECK(told.at("utc_s").to_number<double>() == Approx(1.7e9));
    CHECK(told.at("logbook").is_int64());
    std::promise<std::vector<online::LogbookEntry>> found;
    keeper.post([&](online::Records& records) {
        online::LogbookSearch search;
        search.kind = online::EntryKind::SPECTRA;
        found.set_value(online::Logbook(*records.desk().value()).search(search).value());
    });
    const auto entries = found.get_future().get();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].person == "A. Shift");
    CHECK(entries[0].run == 12);
    CHECK(entries[0].text.find("after 4321 spills of run 12") != std::string::npos);

    auto refused = ask("");
    resets.take().at(0).answer(proto::error(proto::ErrorKind::REFUSED, "no run is followed"));
    const auto refusal = refused.get();
    CHECK(refusal.status == 409);
    CHECK(refusal.body.find("no run is followed") != std::string::npos);

    CHECK(ask(R"({"all": true})").get().status == 400);
    CHECK(resets.take().empty());
    std::vector<std::future<online::Response>> many(17);
    for (auto& one : many)
        one = ask("{}");
    CHECK(many.back().get().status == 503);
    CHECK(resets.take().size() == 16);
}
