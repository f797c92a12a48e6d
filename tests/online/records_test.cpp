#include "online/keeper/records.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/keeper/keeper_metrics.hpp"
#include "online/keeper/run_records.hpp"
#include "proto/run_catalogue.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::AlarmState;
using online::EntryKind;
using online::Records;
using proto::ErrorKind;
using proto::testing::TemporaryDirectory;

namespace {

constexpr double begin_s = 1'700'006'400;
constexpr std::uint64_t plenty = std::uint64_t{1} << 40;

// Records with a clock and a disk of the test's.
struct Bench {
    explicit Bench(const std::string& place = "console") {
        options.directory = directory.path() + "/" + place;
        options.history_needs_bytes = 1000;
        options.free_bytes = [this](const std::string&) -> proto::Result<std::uint64_t> {
            return free_bytes;
        };
        options.tell = [this](const online::Transition& moved) { told.push_back(moved); };
        options.tell_account = [this](const online::KeeperAccount& said) { account = said; };
        options.tell_run_end = [this](const wire::RunDescription& run) { run_ends.push_back(run.number()); };
        auto& rule = *options.console.add_alarm();
        rule.set_name("hv");
        rule.set_quantity("slow.hv");
        rule.set_above(1300);
        rule.set_for_s(2);
        rule.set_help("Call the HV expert");
        restart();
        snapshot.daemons.push_back({"daq", true, 0, nullptr});
        volts(1200);
    }
    void restart() {
        if (records) records->close();
        records = std::make_unique<Records>(options, board);
    }
    void volts(double value) {
        status.set_state(wire::RUNNING);
        status.set_runs_dir("runs");
        status.clear_slow_values();
        auto& slow = *status.add_slow_values();
        slow.set_name("hv");
        slow.set_unit("V");
        slow.set_value(value);
    }
    void tick(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            now += 1;
            snapshot.daemons[0].heard_utc_ns = static_cast<std::int64_t>(now * 1e9);
            snapshot.daemons[0].status = std::make_shared<wire::DaemonStatus>(status);
            records->tick(now, &snapshot);
        }
    }
    AlarmState state(std::string_view id) const {
        for (const auto& view : records->alarms().views()) {
            if (view.alarm->id == id) return view.alarm->state;
        }
        return AlarmState::NORMAL;
    }
    std::vector<std::string> texts(EntryKind kind) {
        online::LogbookSearch search;
        search.kind = kind;
        std::vector<std::string> out;
        for (const auto& entry : online::Logbook(*records->desk().value()).search(search).value())
            out.push_back(entry.text);
        return out;
    }

    TemporaryDirectory directory;
    std::uint64_t free_bytes = plenty;
    std::vector<online::Transition> told;
    std::vector<std::uint32_t> run_ends;
    online::RecordsOptions options;
    online::AlarmBoard board;
    online::KeeperAccount account;
    online::Snapshot snapshot;
    wire::DaemonStatus status;
    std::unique_ptr<Records> records;
    double now = begin_s;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "an alarm goes to journal, logbook, board and whoever else is told, acknowledging survives a restart") {
    Bench bench;
    bench.tick(1);
    bench.volts(1320);
    bench.tick(3);
    REQUIRE(bench.state("hv") == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.told.back().to == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.texts(EntryKind::ALARM) == Texts{"Alarm hv: 1320 V, limit above 1300 V"});
    CHECK(bench.board.newest()->unacknowledged == 1);
    const auto shown = boost::json::parse(bench.board.newest()->json);
    REQUIRE(shown.at("alarms").as_array().size() == 1);
    CHECK(shown.at("alarms").at(0).at("help") == "Call the HV expert");
    CHECK(shown.at("alarms").at(0).at("value") == 1320.0);
    CHECK(shown.at("history_off").is_null());

    REQUIRE(bench.records->acknowledge("hv", "A. Shift", "expert called", bench.now).has_value());
    CHECK(bench.texts(EntryKind::ALARM).front() == "Alarm hv acknowledged by A. Shift: expert called");
    bench.restart();
    bench.tick(5);
    CHECK(bench.state("hv") == AlarmState::ACKNOWLEDGED);
    const auto after = boost::json::parse(bench.board.newest()->json);
    CHECK(after.at("alarms").at(0).at("person") == "A. Shift");
    const auto events = online::AlarmJournal(*bench.records->desk().value()).events(0, 10).value();
    REQUIRE(events.size() == 3);
    CHECK(events[0].transition.to == AlarmState::ACKNOWLEDGED);
    CHECK(events[0].transition.comment == "expert called");
    CHECK(events[1].transition.value == 1320);
    CHECK(online::AlarmJournal(*bench.records->desk().value()).events(events[1].number, 10).value().size() ==
          1);
}

TEST_CASE("runs that begin and end are in the logbook once, whoever restarts") {
    Bench bench;
    auto& run = *bench.status.mutable_run();
    run.set_number(12);
    run.set_type(wire::PHYSICS);
    run.set_simulated(true);
    run.set_operator_("A. Shift");
    run.set_note("first beam");
    run.set_start_utc_ns(static_cast<std::int64_t>(begin_s * 1e9));
    bench.tick(2);
    CHECK(bench.records->run() == 12);
    CHECK(bench.texts(EntryKind::RUN_START) ==
          Texts{"Run 12 (physics, SIMULATED) began, operator A. Shift: first beam"});
    bench.restart();
    bench.tick(2);
    run.set_stop_utc_ns(static_cast<std::int64_t>((begin_s + 5) * 1e9));
    run.set_stop_reason("requested");
    run.set_stopped_by("A. Shift");
    run.mutable_ledger()->set_slots(300);
    run.mutable_ledger()->set_complete(298);
    run.mutable_ledger()->set_spills(290);
    bench.tick(2);
    bench.restart();
    bench.tick(2);
    CHECK(bench.records->run() == 0);
    CHECK(bench.texts(EntryKind::RUN_START).size() == 1);
    CHECK(bench.texts(EntryKind::RUN_STOP) ==
          Texts{"Run 12 ended: requested, by A. Shift. 300 slots, 298 complete, 290 spills"});
    CHECK(bench.run_ends == std::vector<std::uint32_t>{12});
    // A daemon that died leaves a run without an end.
    run.Clear();
    run.set_number(13);
    bench.tick(1);
    run.set_number(14);
    bench.tick(1);
    CHECK(bench.texts(EntryKind::RUN_STOP).front() == "Run 13 has no end: aborted");
}

TEST_CASE(
    "runs that nobody saw begin or end are told of by the catalogue, the oldest first, before the next one") {
    Bench bench;
    const auto runs_dir = bench.directory.path() + "/runs";
    std::filesystem::create_directory(runs_dir);
    auto catalogue = proto::RunCatalogue::open(runs_dir).value();
    const auto record = [&](std::uint32_t number, bool has_ended) {
        wire::RunDescription run;
        run.set_number(number);
        run.set_type(wire::PHYSICS);
        run.set_start_utc_ns(static_cast<std::int64_t>((begin_s + number) * 1e9));
        if (has_ended) run.set_stop_utc_ns(run.start_utc_ns() + 500'000'000);
        run.set_stop_reason(has_ended ? "target-reached" : "aborted");
        run.mutable_ledger()->set_slots(number);
        REQUIRE(catalogue.record(run));
    };
    bench.options.runs_dir = runs_dir;
    bench.restart();
    auto& run = *bench.status.mutable_run();
    run.set_type(wire::PHYSICS);
    const auto goes_on = [&](std::uint32_t number) {
        run.set_number(number);
        bench.tick(1);
    };
    for (const std::uint32_t number : {9, 10, 11})  // before there was a logbook
        record(number, true);
    goes_on(12);
    CHECK(bench.texts(EntryKind::RUN_START) == Texts{"Run 12 (physics) began"});

    // The next one has begun between two looks.
    record(12, true);
    bench.tick(1);
    run.set_number(13);
    bench.tick(2);
    CHECK(bench.texts(EntryKind::RUN_STOP) ==
          Texts{"Run 12 ended: target-reached. 12 slots, 0 complete, 0 spills (noted afterwards)"});
    CHECK(bench.texts(EntryKind::RUN_START) == Texts{"Run 13 (physics) began", "Run 12 (physics) began"});
    CHECK(bench.records->run() == 13);
    CHECK(bench.run_ends == std::vector<std::uint32_t>{12});

    // Away for four runs, of which 15 was never begun and 16 has no end.
    for (const std::uint32_t number : {13, 14, 17})
        record(number, true);
    record(16, false);
    bench.restart();
    run.set_number(18);
    bench.tick(2);
    CHECK(bench.texts(EntryKind::RUN_START) ==
          Texts{"Run 18 (physics) began", "Run 17 (physics) began (noted afterwards)",
                "Run 16 (physics) began (noted afterwards)", "Run 14 (physics) began (noted afterwards)",
                "Run 13 (physics) began", "Run 12 (physics) began"});
    const auto stops = bench.texts(EntryKind::RUN_STOP);
    REQUIRE(stops.size() == 5);
    CHECK(stops[0] == "Run 17 ended: target-reached. 17 slots, 0 complete, 0 spills (noted afterwards)");
    CHECK(stops[1] == "Run 16 has no end: aborted (noted afterwards)");
    CHECK(stops[3] == "Run 13 ended: target-reached. 13 slots, 0 complete, 0 spills (noted afterwards)");
    online::LogbookSearch search;
    search.run = 14;
    const auto of_14 = online::Logbook(*bench.records->desk().value()).search(search).value();
    REQUIRE(of_14.size() == 2);
    CHECK(of_14[0].utc_ns - of_14[1].utc_ns == 500'000'000);
    bench.restart();
    bench.tick(2);
    CHECK(bench.texts(EntryKind::RUN_STOP).size() == 5);

    // After long: some at a time.
    for (std::uint32_t number = 18; number < 100; ++number)
        record(number, true);
    run.set_number(100);
    bench.tick(1);
    CHECK(bench.texts(EntryKind::RUN_START).front() != "Run 100 (physics) began");
    bench.tick(9);
    CHECK(bench.texts(EntryKind::RUN_START).front() == "Run 100 (physics) began");
    CHECK(bench.texts(EntryKind::RUN_STOP).size() == 50);  // as many as a search gives
    for (const std::uint32_t number : {18, 60, 99})
        CHECK(online::Logbook(*bench.records->desk().value()).has(EntryKind::RUN_STOP, number).value());
}

TEST_CASE(
    "a run's sidebands are kept when it closes, though the next one has begun, and again when it closes "
    "again") {
    Bench bench;
    bench.tick(1);
    // C outside the box, 60 in AC, live times as 2 to 1.
    const auto closed = [](std::uint64_t version, std::uint32_t run, std::uint64_t in_time, bool box = true) {
        auto spectrum = test::fake_spectrum("pe", {2});
        spectrum.exposure.in_time = {2'000'000'000'000, 100, 0};
        spectrum.exposure.anti_coincident = {1'000'000'000'000, 50, 0};
        if (box) spectrum.box = {{"csi", "pe", 4, 60}};
        spectrum.in_time_outside = in_time;
        spectrum.anti_coincident_outside = 60;
        auto out = std::make_shared<online::ClosedRun>();
        out->version = version;
        auto description = std::make_shared<wire::RunDescription>();
        description->set_number(run);
        out->run.description = description;
        out->spectra = test::fake_spectra({spectrum});
        return out;
    };
    const auto show = [&](std::vector<std::shared_ptr<const online::ClosedRun>> runs) {
        bench.snapshot.closed = std::move(runs);
        bench.tick(2);
    };
    const auto kept = [&](std::uint32_t run) {
        return online::RunRecords(*bench.records->desk().value()).sideband(run, run).value();
    };
    show({closed(5, 12, 120), closed(6, 13, 120, false)});
    REQUIRE(kept(12).size() == 1);
    CHECK(kept(12)[0].spectrum == "pe");
    CHECK(kept(12)[0].c == 120);
    CHECK(kept(12)[0].ac == 60);
    CHECK(kept(12)[0].alpha == 2.0);
    CHECK(kept(12)[0].ratio == 1.0);
    CHECK(kept(12)[0].sigma.value() >= std::sqrt(1.0 / 120 + 1.0 / 60));
    CHECK(kept(13).empty());
    show({closed(5, 12, 121)});  // the same closing
    CHECK(kept(12)[0].c == 120);
    show({closed(9, 12, 121)});
    REQUIRE(kept(12).size() == 1);
    CHECK(kept(12)[0].c == 121);
    bench.restart();
    show({closed(2, 14, 120)});  // versions of another process
    CHECK(kept(14).size() == 1);
}

TEST_CASE("with the disk full the history is off, alarms say so, and everything else goes on") {
    Bench bench;
    bench.tick(12);
    bench.free_bytes = 10;
    bench.tick(30);
    CHECK(bench.state("history-off") == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.records->history_fault().find("10 bytes are free") != std::string::npos);
    CHECK(bench.records->values_while_off() > 0);
    const auto shown = boost::json::parse(bench.board.newest()->json);
    CHECK(shown.at("history_off").is_string());
    bench.volts(1320);
    bench.tick(3);
    CHECK(bench.state("hv") == AlarmState::UNACKNOWLEDGED);
    bench.free_bytes = plenty;
    bench.tick(30);
    CHECK(bench.records->history_fault().empty());
    CHECK(bench.state("history-off") == AlarmState::RETURNED);
    const auto curve = bench.records->history().value()->read("slow.hv", begin_s, bench.now, 100).value();
    for (const auto& point : curve.points)
        CHECK((point.utc_s < begin_s + 20 || point.utc_s > begin_s + 40));
}

TEST_CASE("a directory that cannot be made stops no alarm, and is tried again") {
    Bench bench("file/console");
    const std::string in_the_way = bench.directory.path() + "/file";
    std::ofstream(in_the_way) << "x";
    bench.volts(1320);
    bench.tick(20);
    CHECK(bench.state("hv") == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.state("logbook-off") == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.records->desk().error().kind == ErrorKind::REFUSED);
    CHECK(bench.records->history().error().kind == ErrorKind::REFUSED);
    std::filesystem::remove(in_the_way);
    bench.tick(60);
    CHECK(bench.records->desk().has_value());
    CHECK(bench.records->history().has_value());
    // How alarms stand is not forgotten with the first file.
    CHECK(bench.state("hv") == AlarmState::UNACKNOWLEDGED);
    CHECK(bench.state("logbook-off") == AlarmState::RETURNED);
}

TEST_CASE("a damaged database is put aside and begun anew") {
    Bench bench;
    std::filesystem::create_directories(bench.options.directory);
    const std::string history = bench.options.directory + "/history.sqlite";
    std::ofstream(history) << std::string(5000, 'x');
    bench.tick(15);
    CHECK(bench.records->history_fault().empty());
    CHECK(bench.records->history().value()->series().size() > 1);
    std::size_t aside = 0;
    for (const auto& entry : std::filesystem::directory_iterator(bench.options.directory))
        aside += entry.path().filename().string().starts_with("history.sqlite.damaged-") ? 1 : 0;
    CHECK(aside == 1);
}

TEST_CASE("the logbook is copied once a day") {
    Bench bench;
    bench.tick(2);
    const std::string copy = bench.options.directory + "/console.sqlite.backup";
    CHECK_FALSE(std::filesystem::exists(copy));
    bench.now += 86'400;
    bench.tick(1);
    CHECK(std::filesystem::exists(copy));
}

TEST_CASE("what was written is accounted for store by store, and what could not be is lost under its name") {
    Bench bench;
    bench.volts(1320);
    bench.tick(25);
    CHECK(bench.account.utc_s == bench.now);
    CHECK_FALSE(bench.account.desk.off);
    CHECK_FALSE(bench.account.history.off);
    CHECK(bench.account.entries == std::map<EntryKind, std::uint64_t>{{EntryKind::ALARM, 1}});
    CHECK(bench.account.alarm_changes == 2);  // pending, then raised
    CHECK(bench.account.history.rows_written > bench.account.series);
    CHECK(bench.account.history.written_utc_s.value() > bench.now - 11);
    CHECK(bench.account.desk.written_utc_s.value() < bench.now - 15);
    CHECK(bench.account.desk.bytes.value() > 4096);
    for (const auto& [name, number] : bench.account.losses)
        CHECK(number == 0);
    // Another program takes the table away.
    SQLite::Database(bench.options.directory + "/console.sqlite", SQLite::OPEN_READWRITE)
        .exec("ALTER TABLE entry RENAME TO gone");
    bench.free_bytes = 10;
    bench.volts(1200);
    bench.tick(30);
    CHECK(bench.account.desk.off);
    CHECK(bench.account.desk.failures > 0);
    CHECK(bench.account.history.off);
    CHECK(bench.account.losses.at("entry-alarm") > 0);
    CHECK(bench.account.losses.at("history-while-off") == bench.records->values_while_off());
    CHECK(bench.account.entries.at(EntryKind::ALARM) == 1);
}

TEST_CASE("a directory that cannot be made is a failure of both stores, and they have no size") {
    Bench bench("file/console");
    std::ofstream(bench.directory.path() + "/file") << "x";
    bench.volts(1320);
    bench.tick(5);
    CHECK(bench.account.desk.off);
    CHECK(bench.account.desk.failures == 1);
    CHECK(bench.account.history.failures == 1);
    CHECK_FALSE(bench.account.desk.bytes);
    CHECK_FALSE(bench.account.history.written_utc_s);
    CHECK(bench.account.losses.at("entry-alarm") >= 1);
    CHECK(bench.account.losses.at("alarm-change") >= 2);
}

TEST_CASE("the keeper's account is told as metrics, and what is not known has none") {
    online::KeeperAccount account;
    account.utc_s = begin_s;
    account.history = {false, 70, 1, begin_s - 4, 8192};
    account.entries[EntryKind::PERSON] = 3;
    account.losses["entry-alarm"] = 2;
    online::AlarmsShown alarms;
    alarms.unacknowledged = 1;
    online::KeeperState state;
    state.tasks = {12, 1, 5};
    state.webhooks.given_up = 4;
    state.account = &account;
    state.alarms = &alarms;
    const auto text = online::keeper_metrics_text(state, begin_s + 1);
    CAPTURE(text);
    for (const char* line :
         {"spillgate_keeper_store_off{store=\"history\"} 0\n",
          "spillgate_keeper_store_off{store=\"desk\"} 1\n",
          "spillgate_keeper_rows_written_total{store=\"history\"} 70\n",
          "spillgate_keeper_failures_total{store=\"history\"} 1\n",
          "spillgate_keeper_last_write_age_seconds{store=\"history\"} 5\n",
          "spillgate_keeper_store_bytes{store=\"history\"} 8192\n",
          "spillgate_keeper_entries_total{kind=\"person\"} 3\n", "spillgate_keeper_round_age_seconds 1\n",
          "spillgate_keeper_queue_length 5\n", "spillgate_keeper_tasks_total 12\n",
          "spillgate_keeper_lost_total{loss=\"entry-alarm\"} 2\n",
          "spillgate_keeper_lost_total{loss=\"request-queue-full\"} 1\n",
          "spillgate_keeper_lost_total{loss=\"webhook-given-up\"} 4\n",
          "spillgate_alarms{state=\"unacknowledged\"} 1\n"})
        CHECK(text.find(line) != std::string::npos);
    CHECK(text.find("last_write_age_seconds{store=\"desk\"}") == std::string::npos);
    CHECK(text.find("store_bytes{store=\"desk\"}") == std::string::npos);
    state.account = nullptr;
    state.alarms = nullptr;
    const auto bare = online::keeper_metrics_text(state, begin_s);
    CHECK(bare.find("spillgate_keeper_store_off") == std::string::npos);
    CHECK(bare.find("spillgate_alarms") == std::string::npos);
    CHECK(bare.find("spillgate_keeper_queue_length 5\n") != std::string::npos);
}
