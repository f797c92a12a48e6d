#include "daq/ctl/status_table.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "proto/names.hpp"

using namespace spillgate;

namespace {

wire::DaemonStatus running() {
    wire::DaemonStatus status;
    status.set_daemon("daq");
    status.set_lead(true);
    status.set_state(wire::RUNNING);
    status.set_utc_ns(3'661'000'000'000);
    auto& run = *status.mutable_run();
    run.set_number(42);
    run.set_type(wire::BEAM_OFF);
    run.set_simulated(true);
    auto& ledger = *run.mutable_ledger();
    ledger.set_slots(100);
    ledger.set_mark_missed(3);
    ledger.set_lost_disk(2);
    ledger.set_charge_measured_pc(1'602'176'634);  // 1e16 protons
    auto& device = *status.add_devices();
    device.set_name("csi");
    device.set_lost(true);
    device.set_trouble("no answer from 10.0.0.3");
    device.set_lost_for_s(12.2);
    auto& follower = *status.add_followers();
    follower.set_daemon("second");
    follower.set_state(wire::RUNNING);
    return status;
}

}  // namespace

TEST_CASE("the table shows what a shift worker looks for") {
    const auto table = daq::status_table(running());
    for (const auto* part :
         {"running\n", "42  beam-off  SIMULATED", "1:01:01", "3 missed", "1e+16 delivered", "2 lost-disk",
          "csi: LOST for 12 s: no answer from 10.0.0.3", "second: DOES NOT ANSWER (last seen running)"}) {
        CAPTURE(part, table);
        CHECK(table.find(part) != std::string::npos);
    }
}

TEST_CASE("the table shows who is on shift, what the run is limited to and what is left of it") {
    auto status = running();
    status.mutable_run()->set_operator_("B. Shift");
    status.mutable_run()->set_restarted_from(41);
    status.mutable_limits()->set_seconds(3600);
    status.mutable_limits()->set_bytes(5'000'000);
    status.set_elapsed_s(600);
    status.set_bytes_written(1'000'000);
    status.set_last_request("start by A. Person via console");
    status.set_config_file("csi.txtpb");
    status.set_config_sha256("0123456789abcdef");
    status.set_disk_free_bytes(2'000'000'000);
    status.set_disk_total_bytes(4'000'000'000);
    const auto table = daq::status_table(status);
    for (const auto* part : {"operator      B. Shift\n", "follows       run 41\n",
                             "limits        3600 s, 5.00 MB; to go: 3000 s, 4.00 MB; then it stops\n",
                             "last request  start by A. Person via console\n",
                             "config        csi.txtpb, 0123456789ab…\n", "2.00 GB free of 4.00 GB in"}) {
        CAPTURE(part, table);
        CHECK(table.find(part) != std::string::npos);
    }
    status.set_restart(true);
    CHECK(daq::status_table(status).find("; then another run like it\n") != std::string::npos);
    auto ended = running();
    ended.mutable_run()->set_stop_utc_ns(4'000'000'000'000);
    ended.mutable_run()->set_stop_reason("requested");
    ended.mutable_run()->set_stopped_by("A. Person");
    CHECK(daq::status_table(ended).find("(requested, asked by A. Person)\n") != std::string::npos);
}

TEST_CASE("of a note of several lines the table shows the first, and that there is more") {
    auto status = running();
    status.mutable_run()->set_note("source moved\nback again");
    CHECK(daq::status_table(status).find("source moved …\n") != std::string::npos);
    CHECK(daq::status_table(status).find("back again") == std::string::npos);
    status.mutable_run()->set_note("source moved");
    CHECK(daq::status_table(status).find("source moved\n") != std::string::npos);
}

TEST_CASE("the JSON holds numbers as numbers, zeros too, and nothing of what is absent") {
    auto status = running();
    status.set_bytes_written(9'007'199'254'740'993ull);
    const auto object = boost::json::parse(daq::status_json(status)).as_object();
    CHECK(object.at("state").as_string() == "RUNNING");
    CHECK(object.at("bytes_written").to_number<std::uint64_t>() == 9'007'199'254'740'993ull);
    CHECK(object.at("slots").to_number<std::uint64_t>() == 0);
    CHECK(object.at("run").at("ledger").at("mark_missed").to_number<std::uint64_t>() == 3);
    CHECK_FALSE(object.contains("newest_mark"));
    CHECK_FALSE(object.contains("newest_cycle"));
    CHECK(object.at("followers").as_array().size() == 1);
}

TEST_CASE("run types are read as they are written") {
    for (int i = wire::PHYSICS; i <= wire::TEST; ++i) {
        const auto type = static_cast<wire::RunType>(i);
        CHECK(wire::run_type_from_name(wire::name_of(type)) == type);
    }
    CHECK(wire::name_of(wire::THRESHOLD_SCAN) == "threshold-scan");
    CHECK_FALSE(wire::run_type_from_name("unspecified"));
    CHECK_FALSE(wire::run_type_from_name("PHYSICS"));
}

TEST_CASE("the table shows slow values with unit, state and age, an unknown one has no number") {
    auto status = running();
    auto& known = *status.add_slow_values();
    known.set_name("hv");
    known.set_unit("V");
    known.set_state(wire::SlowValue::ALARM);
    known.set_value(1234.5);
    known.set_age_s(3.2);
    auto& stale = *status.add_slow_values();
    stale.set_name("level");
    stale.set_unit("mm");
    stale.set_trouble("not connected");
    auto& fault = *status.add_slow_faults();
    fault.set_name("rows not recorded");
    fault.set_value(7);
    status.set_slow_push_url("http://127.0.0.1:8090");
    const auto table = daq::status_table(status);
    for (const auto* part :
         {"slow values   hv                   1234.5 V       alarm 3 s old\n",
          "              level                unknown        stale never heard of (not connected)\n",
          "slow faults   7 rows not recorded\n", "http://127.0.0.1:8090/slow/<name>\n"}) {
        CAPTURE(part, table);
        CHECK(table.find(part) != std::string::npos);
    }
    const auto object = boost::json::parse(daq::status_json(status)).as_object();
    const auto& values = object.at("slow_values").as_array();
    CHECK(values.at(0).at("state").as_string() == "ALARM");
    CHECK(values.at(1).at("state").as_string() == "STALE");
    CHECK_FALSE(values.at(1).as_object().contains("value"));
}
