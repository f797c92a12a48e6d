// Two boards with clocks of their own: read by two daemons under one lead, and by one daemon that ties them.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/integration/daemon_process.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using test::await;
using test::Process;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Two equal crystals with their veto panels, each on a digitizer of its own at the same SIMULATED beam.
std::string two_crystals(const std::string& directory, const std::string& daemons,
                         double clock_error_ppm = 0) {
    std::string text = daemons + fmt::format(R"(
name: "two-crystals"
facility {{ name: "SNS" repetition_hz: 60 charge_offset: -1 our_flavour: 1 mark_tolerance_ns: 200000 charge_deadline_s: 0.2 }}
gate {{ mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 54950
  anti_coincident {{ pretrace_begin_ns: 500   pretrace_end_ns: 39900 roi_begin_ns: 39900 roi_end_ns: 54950 }}
  in_time         {{ pretrace_begin_ns: 15550 pretrace_end_ns: 54950 roi_begin_ns: 54950 roi_end_ns: 70000 }} }}
storage {{ runs_dir: "{0}/runs" }}
network {{ runtime_dir: "{0}/sockets" http_port: 0 }}
chain {{ name: "csi" pmt {{ }} }}
selection {{ name: "csi-2017" cut {{ variable: "pretrace_peaks" max: 4 cost: EXPOSURE }} reject_quality: "muon" }}
spectrum {{ name: "pe" axis {{ variable: "pe" bins: 50 min: 0 max: 100 }} selection: "csi-2017" }}
spectrum {{ name: "west_t_rec" axis {{ variable: "t_rec_us" bins: 24 min: 0 max: 12 }} selection: "csi-2017" channel: "csi0" }}
)",
                                             directory);
    for (int board = 0; board < 2; ++board)
        text += fmt::format(R"(
board {{ id: {0} sample_rate_mhz: 100 bits: 8 is_signed: true clock_domain: {0}
  simulation {{ seed: {0} acceleration: 20000 clock_error_ppm: {1}
    beam {{ missed_fraction: 0.01 no_beam_fraction: 0.02 charge_missing_fraction: 0.01 seed: 7 }}
    pmt {{ baseline_adc: 100 steady_rate_hz: 5000 spe_width_ns: 40 }} }} }}
channel {{ name: "csi{0}" board: {0} channel: 0 chain: "csi" veto: "muon{0}" }}
channel {{ name: "muon{0}" board: {0} channel: 1 role: VETO }}
)",
                            board, board == 0 ? 0 : clock_error_ppm);
    return text;
}

const std::string apart = R"(
daemon { name: "daq" lead: true board: 0 }
daemon { name: "east" board: 1 }
)";

}  // namespace

TEST_CASE("the records of two daemons are in one online's spectra as in the reprocessing of both") {
    const proto::testing::TemporaryDirectory directory;
    const std::string& path = directory.path();
    std::filesystem::create_directory(path + "/sockets");
    std::filesystem::permissions(path + "/sockets", std::filesystem::perms{0750});
    const auto config = path + "/two.txtpb";
    std::ofstream(config) << two_crystals(path, apart);

    const Process lead(path, "spillgate-daq", {"--config", config, "--daemon", "daq"});
    const Process east(path, "spillgate-daq", {"--config", config, "--daemon", "east"});
    const Process online(path, "spillgate-online", {"--config", config});
    REQUIRE(await([&] { return online.out().find("console at http://127.0.0.1:") != std::string::npos; }));
    test::Control control(path + "/sockets");
    REQUIRE(control.await_status([](const auto& status) {
        return status.state() == wire::CONFIGURED && status.followers_size() == 1 &&
               status.followers(0).reachable();
    }));
    REQUIRE(control.start(wire::TEST).ok());
    REQUIRE(control.await_status([](const auto& status) { return status.slots() >= 300; }));
    REQUIRE(control.stop().ok());

    const auto live = path + "/runs/online/run-000001/";
    REQUIRE(await([&] { return std::filesystem::exists(live + "spectra.csv"); }));
    REQUIRE(await([&] { return online.err().find("run 1: daq: all ") != std::string::npos; }));
    CHECK(online.err().find(" · east: all ") != std::string::npos);

    const auto out = path + "/reprocessed";
    const auto done =
        test::run_program(path, "spillgate-offline",
                          {"reprocess", path + "/runs/run-000001", path + "/runs/run-000001-east", "--out",
                           out, "--no-candidates", "--threads", "2"});
    INFO(done.err);
    REQUIRE(done.status == 0);
    for (const char* name : {"/spectra.h5", "/spectra.json", "/spectra.csv"}) {
        INFO(name);
        const auto again = content(out + name);
        CHECK_FALSE(again.empty());
        CHECK(content(live + name) == again);
    }
}

TEST_CASE("two boards whose clocks run apart are in one daemon's slots, online as in reprocessing") {
    const proto::testing::TemporaryDirectory directory;
    const std::string& path = directory.path();
    std::filesystem::create_directory(path + "/sockets");
    std::filesystem::permissions(path + "/sockets", std::filesystem::perms{0750});
    const auto config = path + "/two.txtpb";
    std::ofstream(config) << two_crystals(path, "daemon { name: \"daq\" lead: true }\n", 20);

    const Process daemon(path, "spillgate-daq", {"--config", config});
    const Process online(path, "spillgate-online", {"--config", config});
    REQUIRE(await([&] { return online.out().find("console at http://127.0.0.1:") != std::string::npos; }));
    test::Control control(path + "/sockets");
    REQUIRE(control.await_status([](const auto& status) { return status.state() == wire::CONFIGURED; }));
    REQUIRE(control.start(wire::TEST).ok());
    wire::DaemonStatus last;
    REQUIRE(control.await_status([&](const auto& status) {
        last = status;
        return status.run().ledger().complete() >= 200;
    }));
    REQUIRE(control.stop().ok());
    REQUIRE(last.clock_ties_size() == 1);
    CHECK(last.clock_ties(0).domain() == 1);
    CHECK(last.clock_ties(0).locked());
    CHECK(last.clock_ties(0).frequency_error_ppm() == Approx(20).margin(2));

    const auto live = path + "/runs/online/run-000001/";
    REQUIRE(await([&] { return std::filesystem::exists(live + "spectra.csv"); }));
    REQUIRE(await([&] { return online.err().find("run 1: daq: all ") != std::string::npos; }));
    const auto out = path + "/reprocessed";
    const auto done = test::run_program(
        path, "spillgate-offline",
        {"reprocess", path + "/runs/run-000001", "--out", out, "--no-candidates", "--threads", "2"});
    INFO(done.err);
    REQUIRE(done.status == 0);
    for (const char* name : {"/spectra.h5", "/spectra.json", "/spectra.csv"}) {
        INFO(name);
        const auto again = content(out + name);
        CHECK_FALSE(again.empty());
        CHECK(content(live + name) == again);
    }
}
