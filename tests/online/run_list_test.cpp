#include "online/runs/run_list.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::RunList;
using online::RunQuery;
using proto::ErrorKind;

namespace {

struct Runs {
    explicit Runs(std::uint32_t count) {
        for (std::uint32_t number = 1; number <= count; ++number) {
            wire::RunDescription run;
            run.set_number(number);
            run.set_type(number % 2 == 0 ? wire::PHYSICS : wire::SPE);
            run.set_note(number == 7 ? "HV ramp by Ms Expert" : "");
            run.set_start_utc_ns(1'700'000'000'000'000'000);
            run.set_effective_config("name: 'csi'");
            if (number != count) {
                run.set_stop_utc_ns(1'700'000'100'000'000'000);
                run.set_stop_reason("requested");
                run.mutable_ledger()->set_slots(6000);
                run.mutable_ledger()->set_complete(5990);
                run.mutable_ledger()->set_frequency_hz(250e6);
                run.mutable_ledger()->set_in_time_roi_ticks(22'500'000);
                run.mutable_ledger()->set_in_time_dead_ticks(2'500'000);
                run.mutable_ledger()->set_anti_coincident_roi_ticks(25'000'000);
            }
            REQUIRE(catalogue.record(run).has_value());
        }
    }
    std::vector<std::int64_t> numbers(const RunQuery& query) {
        std::vector<std::int64_t> out;
        const auto page = list.page(query, nullptr, {}).value();
        for (const auto& run : page.at("runs").as_array())
            out.push_back(run.at("run").to_number<std::int64_t>());
        return out;
    }

    proto::testing::TemporaryDirectory directory;
    proto::RunCatalogue catalogue = proto::RunCatalogue::open(directory.path()).value();
    RunList list{directory.path(), directory.path() + "/online", directory.path() + "/reprocessed"};
};

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("runs are listed page by page, the newest first, by text and by type") {
    Runs runs(9);
    RunQuery query;
    query.limit = 4;
    CHECK(runs.numbers(query) == Numbers{9, 8, 7, 6});
    const auto first = runs.list.page(query, nullptr, {}).value();
    REQUIRE(first.at("more") == 6);
    query.before = 6;
    CHECK(runs.numbers(query) == Numbers{5, 4, 3, 2});
    query.before = 2;
    CHECK(runs.numbers(query) == Numbers{1});
    CHECK(runs.list.page(query, nullptr, {}).value().at("more").is_null());
    RunQuery by_text;
    by_text.text = "hv RAMP";
    CHECK(runs.numbers(by_text) == Numbers{7});
    RunQuery by_type;
    by_type.type = wire::SPE;
    by_type.limit = 2;
    CHECK(runs.numbers(by_type) == Numbers{9, 7});
    by_type.before = 7;
    CHECK(runs.numbers(by_type) == Numbers{5, 3});
}

TEST_CASE("a list of many runs needs several readings and loses none") {
    Runs runs(450);
    RunQuery query;
    query.type = wire::SPE;
    query.limit = 200;
    const auto found = runs.numbers(query);
    REQUIRE(found.size() == 200);
    CHECK(found.front() == 449);
    CHECK(found.back() == 51);
}

TEST_CASE("a run without an end is running or aborted, and what is not known is null") {
    Runs runs(2);
    const auto running = runs.list.run(2, nullptr, {2, nullptr}).value();
    CHECK(running.at("state") == "running");
    CHECK(running.at("stop_utc_s").is_null());
    CHECK(running.at("ledger").is_null());
    CHECK(running.at("exports").is_null());
    CHECK(runs.list.run(2, nullptr, {}).value().at("state") == "aborted");
    const auto ended = runs.list.run(1, nullptr, {2, nullptr}).value();
    CHECK(ended.at("state") == "ended");
    CHECK(ended.at("ledger").at("slots") == 6000);
    CHECK(ended.at("ledger").at("complete") == 5990);
    CHECK(ended.at("ledger").at("live_s").at("in_time") == 0.09);
    CHECK(ended.at("ledger").at("dead_s").at("in_time") == 0.01);
    CHECK(ended.at("so_far") == false);
    CHECK(ended.at("ledger").at("live_s").at("anti_coincident") == 0.1);
    CHECK(runs.list.run(3, nullptr, {}).error().kind == ErrorKind::NOT_FOUND);
    CHECK(runs.list.config(1).value() == "name: 'csi'");
}

TEST_CASE("a run that goes on has its ledger so far, and no other run has it") {
    Runs runs(3);
    auto now = std::make_shared<wire::RunDescription>();
    now->set_number(3);
    now->mutable_ledger()->set_slots(120);
    now->mutable_ledger()->set_spills(100);
    now->mutable_ledger()->set_charge_measured_pc(23'000'000);
    const online::RunGoingOn going_on{3, now};
    const auto page = runs.list.page({}, nullptr, going_on).value();
    const auto& running = page.at("runs").at(0);
    CHECK(running.at("so_far") == true);
    CHECK(running.at("ledger").at("spills") == 100);
    CHECK(running.at("ledger").at("pot_delivered").to_number<double>() > 1e14);
    CHECK(running.at("stop_utc_s").is_null());
    CHECK(page.at("runs").at(1).at("ledger").at("slots") == 6000);
    CHECK(page.at("runs").at(1).at("so_far") == false);
    now->set_number(4);  // the next one has begun, the catalogue does not have it yet
    CHECK(runs.list.run(3, nullptr, going_on).value().at("ledger").is_null());
    CHECK(runs.list.run(3, nullptr, {3, nullptr}).value().at("so_far") == false);
}

TEST_CASE("a run's row links to its spectra and reprocessings, and has its quality and notes") {
    Runs runs(3);
    auto desk = online::open_desk(runs.directory.path() + "/console.sqlite").value();
    online::RunRecords records(desk);
    REQUIRE(records
                .judge(2,
                       {{2, "ac_rate", 9.5, "8 to 12 Hz", "good", "", "abc"},
                        {2, "spe_gain", {}, "100 to 140", "doubtful", "old", "abc"}},
                       online::JudgedBy::THE_WHOLE)
                .has_value());
    REQUIRE(records.add({2, 5, "A. Shift", "beam trips"}).has_value());
    std::filesystem::create_directories(runs.directory.path() + "/online/run-000002");
    std::ofstream(runs.directory.path() + "/online/run-000002/spectra.h5") << "x";
    std::ofstream(runs.directory.path() + "/online/run-000002/notes.txt") << "x";
    std::filesystem::create_directories(runs.directory.path() + "/reprocessed/run-000002-new-cuts");
    std::filesystem::create_directories(runs.directory.path() + "/reprocessed/run-000002-empty");
    std::ofstream(runs.directory.path() + "/reprocessed/run-000002-new-cuts/spectra.saved") << "x";
    const auto page = runs.list.page({}, &desk, {}).value();
    const auto& second = page.at("runs").at(1);
    CHECK(second.at("run") == 2);
    CHECK(second.at("verdict") == "doubtful");
    CHECK(second.at("quality").as_array().size() == 2);
    CHECK(second.at("notes").at(0).at("text") == "beam trips");
    CHECK(second.at("exports").as_string().ends_with("/online/run-000002"));
    REQUIRE(second.at("export_files").as_array().size() == 1);
    CHECK(second.at("export_files").at(0) == "spectra.h5");
    CHECK(page.at("runs").at(0).at("export_files").as_array().empty());
    REQUIRE(second.at("reprocessed").as_array().size() == 1);
    CHECK(second.at("reprocessed").at(0).at("directory") == "run-000002-new-cuts");
    CHECK(page.at("runs").at(0).at("verdict").is_null());
}

TEST_CASE("without a catalogue there are no runs, and none is made") {
    const proto::testing::TemporaryDirectory empty;
    const RunList list(empty.path(), "", "");
    CHECK(list.page({}, nullptr, {}).value().at("runs").as_array().empty());
    CHECK(list.run(1, nullptr, {}).error().kind == ErrorKind::NOT_FOUND);
    CHECK(std::filesystem::is_empty(empty.path()));
}
