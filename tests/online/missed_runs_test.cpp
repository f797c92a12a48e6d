// Runs that ended while nobody followed them.
#include "online/quality/missed_runs.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "online/keeper/desk.hpp"
#include "online/keeper/run_records.hpp"
#include "online/quality/recorded_account.hpp"
#include "proto/run_file/run_reader.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using online::JudgedBy;
using online::RunAccount;

namespace {

constexpr std::size_t slots = 30;

// Runs on disk and in the catalogue; the lead's newest one goes on.
struct Bench {
    Bench() {
        snapshot.daemons.push_back({"daq", true, 1, nullptr});
        restart();
    }
    void restart() {
        missed = std::make_unique<online::MissedRuns>(
            scratch.path(), [](wire::RunType type, std::string_view) { return type == wire::TEST; });
    }
    void record(std::uint32_t number, wire::RunType type = wire::TEST) {
        auto run = test::synthetic_description(number);
        const auto messages = test::synthetic_messages(number, slots, number);
        test::write_synthetic_run(scratch.path(), number, messages, true);
        run = proto::RunReader::open(directory(number)).value().description();
        run.set_type(type);
        run.mutable_ledger()->set_slots(slots);
        REQUIRE(catalogue.record(run).has_value());
    }
    void goes_on(std::uint32_t number) {
        auto status = std::make_shared<wire::DaemonStatus>();
        status->set_state(wire::CONFIGURED);  // nothing is recorded meanwhile: files are read at full speed
        status->mutable_run()->set_number(number);
        snapshot.daemons[0].status = status;
    }
    std::string directory(std::uint32_t number) const {
        return scratch.path() + "/" + proto::run_directory_name(number, "daq", true);
    }
    void judged(std::uint32_t number, JudgedBy by) {
        REQUIRE(online::RunRecords(desk).judge(number, {}, by).has_value());
    }
    // Of the next run that has been read; 0: nothing is being read.
    std::uint32_t next() {
        for (int again = 0; again < 3; now += 31) {
            const auto found = missed->look(snapshot, desk, now).value();
            if (found) {
                account = *found;
                const auto run = account.description->number();
                judged(run, account.whole() ? JudgedBy::THE_WHOLE : JudgedBy::ALL_THERE_IS);
                return run;
            }
            if (!missed->reads()) ++again;
            std::this_thread::yield();
        }
        return 0;
    }

    test::ScratchDirectory scratch;
    proto::RunCatalogue catalogue = proto::RunCatalogue::open(scratch.path()).value();
    online::Database desk = online::open_desk(scratch.path() + "/console.sqlite").value();
    online::Snapshot snapshot;
    std::unique_ptr<online::MissedRuns> missed;
    RunAccount account;
    double now = 1'795'903'200;
};

}  // namespace

TEST_CASE("a missed run is read whole from its files, as reprocessing reads it, the oldest one first") {
    Bench bench;
    for (const std::uint32_t run : {1, 2, 3})
        bench.record(run);
    bench.judged(1, JudgedBy::THE_WHOLE);
    bench.goes_on(4);
    CHECK(bench.next() == 2);
    CHECK(bench.account.whole());
    CHECK_FALSE(bench.account.followed);
    CHECK(bench.account.description->ledger().slots() == slots);
    REQUIRE(bench.account.spectra);
    CHECK(bench.account.spectra->serialise() == test::spectra_of_files(bench.directory(2)));
    REQUIRE(bench.account.channels);
    CHECK(bench.account.channels->run == 2);
    const auto quantities = online::quantities_of(bench.account);
    const auto baseline = std::ranges::find(quantities, "run.baseline_adc.csi", &online::RunQuantity::name);
    REQUIRE(baseline != quantities.end());
    CHECK(baseline->value.has_value());
    CHECK(baseline->reason.empty());
    CHECK(bench.next() == 3);
    CHECK(bench.next() == 0);
    // Nor is anything of it read again by a later process.
    bench.restart();
    CHECK(bench.next() == 0);
}

TEST_CASE("what a missed run has no whole files of is not known, and says so") {
    Bench bench;
    for (const std::uint32_t run : {1, 2, 3})
        bench.record(run);
    bench.judged(1, JudgedBy::THE_WHOLE);
    bench.goes_on(4);
    for (const auto& entry : std::filesystem::directory_iterator(bench.directory(2)))
        if (entry.path().filename() != "run.txtpb")
            std::filesystem::resize_file(entry.path(), entry.file_size() / 2);
    std::filesystem::remove_all(bench.directory(3));
    CHECK(bench.next() == 2);
    CHECK_FALSE(bench.account.spectra);
    CHECK(bench.account.spectra_not_whole.starts_with("online did not follow it, and the files of daq are"));
    const auto quantities = online::quantities_of(bench.account);
    const auto rate = std::ranges::find(quantities, "run.ac_rate.pe", &online::RunQuantity::name);
    REQUIRE(rate != quantities.end());
    CHECK_FALSE(rate->value);
    CHECK(rate->reason == bench.account.spectra_not_whole);
    const auto duration = std::ranges::find(quantities, "run.duration_s", &online::RunQuantity::name);
    CHECK(duration->value.has_value());  // by the ledger
    CHECK(bench.next() == 3);
    CHECK(bench.account.spectra_not_whole.find("cannot be read") != std::string::npos);
    bench.restart();
    CHECK(bench.next() == 0);
}

TEST_CASE(
    "followed runs, settled ones and those without a band are not read, and what was judged by a part is") {
    Bench bench;
    for (const std::uint32_t run : {1, 2, 3, 4})
        bench.record(run);
    bench.record(5, wire::SPE);
    bench.judged(1, JudgedBy::ALL_THERE_IS);
    bench.judged(2, JudgedBy::A_PART);
    bench.goes_on(6);
    bench.snapshot.run.phase = online::RunPhase::CLOSING;
    bench.snapshot.run.description =
        std::make_shared<const wire::RunDescription>(test::synthetic_description(3));
    auto closed = std::make_shared<online::ClosedRun>();
    closed->run.description = std::make_shared<const wire::RunDescription>(test::synthetic_description(4));
    bench.snapshot.closed = {closed};
    CHECK(bench.next() == 2);
    CHECK(bench.next() == 0);
    // Whoever followed them went away before they were closed.
    bench.snapshot.run = {};
    bench.snapshot.closed.clear();
    CHECK(bench.next() == 0);
    bench.restart();
    CHECK(bench.next() == 3);
    CHECK(bench.next() == 4);
    CHECK(bench.next() == 0);
}

TEST_CASE("what ended before anything was judged is past, and a run refused for its config is read") {
    Bench bench;
    for (const std::uint32_t run : {1, 2})
        bench.record(run);
    CHECK(bench.next() == 0);  // the lead has not been heard
    bench.goes_on(3);
    CHECK(bench.next() == 0);
    bench.record(3);
    bench.goes_on(4);
    bench.snapshot.run.phase = online::RunPhase::REFUSED;
    bench.snapshot.run.description =
        std::make_shared<const wire::RunDescription>(test::synthetic_description(3));
    CHECK(bench.next() == 3);
    CHECK(bench.next() == 0);
}

TEST_CASE("spectra are read only if something of them is asked for, and reading ends when it is told to") {
    Bench bench;
    bench.record(1);
    const auto run = bench.catalogue.run(1).value();
    std::size_t bytes = 0;
    online::RecordedReading reading{bench.scratch.path(),
                                    [](std::string_view quantity) { return quantity == "run.duration_s"; },
                                    [&](std::size_t more) {
                                        bytes += more;
                                        return bytes < 100'000;
                                    }};
    CHECK(online::account_of_files(run, reading).has_value());
    CHECK(bytes == 0);
    reading.asks_for = [](std::string_view quantity) { return quantity == "run.veto_fraction.pe"; };
    CHECK(online::account_of_files(run, reading).error().kind == proto::ErrorKind::CLOSED);
    CHECK(bytes >= 100'000);
}
