// The good-run list over HTTP, without a socket: a test asks the routes.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/quality/good_run_routes.hpp"
#include "proto/run_catalogue.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/scratch_directory.hpp"

namespace spillgate::test {

// A catalogue with the runs 10 to 12, of which the last one goes on, and the routes.
struct ServedGoodRuns {
    ServedGoodRuns() {
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
        auto snapshot = fake_snapshot(1, {});
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
    ~ServedGoodRuns() {
        worker.stop();
        keeper->stop();
    }
    ServedGoodRuns(const ServedGoodRuns&) = delete;
    ServedGoodRuns& operator=(const ServedGoodRuns&) = delete;

    std::string directory() const { return scratch.path() + "/good-runs"; }
    const online::Route& route(std::string_view method, std::string_view pattern) const {
        return *std::ranges::find_if(
            routes, [&](const auto& one) { return one.method == method && one.pattern == pattern; });
    }
    online::Response ask(std::string_view method, std::string_view pattern, online::Request request) {
        request.method = method;
        request.caller.person = "C. Expert";
        std::promise<online::Response> answered;
        route(method, pattern).serve(request, [&](online::Response response) {
            answered.set_value(std::move(response));
        });
        auto answer = answered.get_future();
        REQUIRE(answer.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
        return answer.get();
    }
    online::Response sign(const std::string& body) {
        online::Request request;
        request.body = body;
        return ask("POST", "/api/good-runs", request);
    }
    online::Response slots(const std::string& query) {
        online::Request request;
        request.query = query;
        return ask("GET", "/api/good-runs/slots", request);
    }
    boost::json::value list(const std::string& query = "") {
        online::Request request;
        request.query = query;
        return boost::json::parse(ask("GET", "/api/good-runs", request).body);
    }
    online::Response version(const std::string& number, const std::string& query = "", bool file = false) {
        online::Request request;
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

    ScratchDirectory scratch;
    online::SnapshotBoard board;
    online::AlarmBoard alarms;
    online::Worker worker{4};
    std::unique_ptr<online::Keeper> keeper;
    std::vector<online::Route> routes;
};

}  // namespace spillgate::test
