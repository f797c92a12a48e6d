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
    auto& follower = *status.add_followers();
    follower.set_daemon("second");
    follower.set_state(wire::RUNNING);
    return status;
}

}  // namespace

TEST_CASE("the table shows what a shift worker looks for") {
    const auto table = daq::status_table(running());
    for (const auto* part : {"running\n", "42  beam-off  SIMULATED", "1:01:01", "3 missed", "1e+16 delivered",
                             "2 lost-disk", "second: DOES NOT ANSWER (last seen running)"}) {
        CAPTURE(part, table);
        CHECK(table.find(part) != std::string::npos);
    }
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
