// Recordings on the whole road: imported, replayed through the real daemon, recorded, published and
// histogrammed live; and a calibration from one run applied to it.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/integration/daemon_process.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using proto::testing::TemporaryDirectory;
using test::await;
using test::Process;
using test::run_program;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

// Both channels of the pulser recording at 60 Hz. Its traces are self-triggered, 8 μs long with the step near
// their end; the simulated mark comes 5 μs before them.
std::string pulser_config(const std::string& directory) {
    return fmt::format(R"(
name: "pulser-replay"
facility {{ name: "SNS" repetition_hz: 60 mark_tolerance_ns: 200000 charge_deadline_s: 0.2 }}
daemon {{ name: "daq" lead: true }}
board {{ id: 0 name: "pulser" sample_rate_mhz: 250 bits: 14
  replay {{ path: "{0}/runs/run-000001" pace: RATE rate_hz: 60 simulated_marks: true mark_lead_ns: 5000 }} }}
channel {{ name: "step" board: 0 channel: 0 chain: "pulser" }}
channel {{ name: "noise" board: 0 channel: 4 chain: "pulser" }}
gate {{ mode: SELF_TRIGGERED reference: MARK ac_margin_ns: 1000
  anti_coincident {{ pretrace_begin_ns: 3000000 pretrace_end_ns: 3010000 roi_begin_ns: 3010000 roi_end_ns: 3020000 }}
  in_time {{ pretrace_begin_ns: 9000 pretrace_end_ns: 11000 roi_begin_ns: 11000 roi_end_ns: 17000 }} }}
storage {{ runs_dir: "{0}/runs" }}
network {{ runtime_dir: "{0}/sockets" http_port: 0 }}
chain {{ name: "pulser" pmt {{ positive_pulses: true baseline_ns: 2000 threshold_adc: 1597
  integration_ns: 1000 spe_charge_adc: 2500 linear_gate_check: false }} }}
selection {{ name: "all" }}
spectrum {{ name: "pe" axis {{ variable: "pe" bins: 100 min: 0 max: 200 }} selection: "all" }}
spectrum {{ name: "t_rec" axis {{ variable: "t_rec_us" bins: 60 min: 0 max: 6 }} selection: "all" }}
)",
                       directory);
}

}  // namespace

TEST_CASE("a digitizer's recording replayed at 60 Hz gives the spectra of its reprocessing, live") {
    const std::string recording =
        std::string(SPILLGATE_SOURCE_DIR) + "/../shared/data/waveforms/20241218-150158-pulser.bin";
    if (!fs::exists(recording)) {
        std::cout << "SKIPPED: " << recording << " is not here\n";
        return;
    }
    const TemporaryDirectory directory;
    const auto& path = directory.path();
    const auto imported = run_program(path, "spillgate-offline",
                                      {"import", recording, "--runs", path + "/runs", "--type", "pulser"});
    INFO(imported.err);
    REQUIRE(imported.status == 0);
    const std::string config = path + "/pulser.txtpb";
    std::ofstream(config) << pulser_config(path);

    Process online(path, "spillgate-online", {"--config", config});
    REQUIRE(await([&] { return online.out().find("console at") != std::string::npos; }));
    // The run of 0.6 s may be over before online has found the daemon: it then comes from the files.
    Process daq(path, "spillgate-daq", {"--config", config, "--start", "pulser"});
    REQUIRE(
        await([&] { return online.err().find("run 2: daq: all 37 recorded slots") != std::string::npos; }));
    REQUIRE(await([&] { return fs::exists(path + "/runs/online/run-000002/spectra.csv"); }));

    const std::string run = path + "/runs/run-000002";
    CHECK(run_program(path, "spillgate-offline", {"verify", run}).status == 0);
    const auto inspected = run_program(path, "spillgate-offline", {"inspect", "--json", run});
    REQUIRE(inspected.status == 0);
    const auto about = json::parse(inspected.out).as_object();
    CHECK(about.at("simulated").as_bool());  // the marks are
    // Sums of the recording's raw samples, from independent readers.
    int streams = 0;
    for (const auto& item : about.at("streams").as_array()) {
        const auto& stream = item.as_object();
        CHECK(stream.at("waveforms").to_number<int>() == 37);
        if (stream.at("stream").as_string() != "raw") continue;
        ++streams;
        CHECK(stream.at("sample_sum").to_number<std::int64_t>() ==
              (stream.at("channel").to_number<int>() == 0 ? 2'566'696'400 : 2'343'025'116));
    }
    CHECK(streams == 2);
    for (const std::string threads : {"1", "3"}) {
        const auto out = fmt::format("{}/spectra-{}", path, threads);
        const auto done =
            run_program(path, "spillgate-offline",
                        {"reprocess", run, "--out", out, "--no-candidates", "--threads", threads, "--json"});
        INFO(done.err << done.out);
        REQUIRE(done.status == 0);
        // The step of every slot but the last, whose anti-coincident window the recording's end cut.
        const auto said = json::parse(done.out);
        const auto& in_time = said.at("spectra").at(0).at("kinds").at("in_time");
        CHECK(in_time.at("entries").to_number<int>() == 36);
        for (const std::string name : {"spectra.h5", "spectra.json", "spectra.csv"}) {
            INFO(name);
            const auto live = content(fmt::format("{}/runs/online/run-000002/{}", path, name));
            CHECK_FALSE(live.empty());
            CHECK(live == content(fmt::format("{}/{}", out, name)));
        }
    }
    daq.signal(SIGTERM);
    CHECK(daq.wait() == 0);
    online.signal(SIGTERM);
    CHECK(online.wait() == 0);
}

TEST_CASE("a replay of a damaged run says what it left out, in its log and among the new run's faults") {
    const TemporaryDirectory directory;
    const auto& path = directory.path();
    test::SimulatedConfig simulated{.directory = path};
    simulated.as_fast_as_possible = true;
    simulated.stop_after_slots = 60;
    const auto config = test::write_config(simulated);
    {
        Process daq(path, "spillgate-daq", {"--config", config, "--start", "test"});
        test::Control control(path);
        REQUIRE(control.await_status([](const auto& s) { return s.run().stop_utc_ns() != 0; }));
        daq.signal(SIGTERM);
        REQUIRE(daq.wait() == 0);
    }
    const std::string recorded = path + "/runs/run-000001";
    for (const auto& entry : fs::directory_iterator(recorded)) {
        if (entry.path().extension() == ".txtpb") continue;
        fs::permissions(entry, fs::perms::owner_write, fs::perm_options::add);
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        const auto middle = static_cast<std::streamoff>(fs::file_size(entry) / 2);
        file.seekg(middle);
        const auto byte = static_cast<char>(file.get() ^ 0x10);
        file.seekp(middle);
        file.put(byte);
    }
    REQUIRE(run_program(path, "spillgate-offline", {"verify", recorded}).status == 1);

    auto text = content(config);
    const auto begin = text.find("  simulation {");
    const auto end = text.find("\n}\nchannel", begin);
    REQUIRE(end != std::string::npos);
    text.replace(begin, end - begin,
                 fmt::format("  replay {{ path: \"{}\" pace: AS_FAST_AS_POSSIBLE }}", recorded));
    std::ofstream(config) << text;
    Process daq(path, "spillgate-daq", {"--config", config, "--start", "test"});
    test::Control control(path);
    REQUIRE(control.await_status(
        [](const auto& s) { return s.run().number() == 2 && s.run().stop_utc_ns() != 0; }));
    const auto status = control.status();
    const auto& faults = status.run().ledger().faults();
    CHECK(std::ranges::any_of(
        faults, [](const auto& fault) { return fault.name() == "replay-unreadable" && fault.value() >= 1; }));
    CHECK(status.run().ledger().complete() > 40);
    INFO(daq.err());
    CHECK(daq.err().find("left out: damaged or out of order (replay-unreadable)") != std::string::npos);
    const auto inspected = run_program(path, "spillgate-offline", {"inspect", path + "/runs/run-000002"});
    CHECK(inspected.out.find("replay-unreadable") != std::string::npos);
    daq.signal(SIGTERM);
    CHECK(daq.wait() == 0);
}

TEST_CASE("a run ended before online came is read from its files, one under another config is let be") {
    const TemporaryDirectory directory;
    const auto& path = directory.path();
    test::SimulatedConfig simulated{.directory = path};
    const auto config = test::write_config(simulated);
    Process daq(path, "spillgate-daq", {"--config", config});
    test::Control control(path);
    REQUIRE(control.await_state(wire::CONFIGURED));
    REQUIRE(control.start().ok());
    REQUIRE(control.await_status([](const auto& status) { return status.slots() >= 30; }));
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    {
        Process online(path, "spillgate-online", {"--config", config, "--http-port", "0"});
        REQUIRE(await([&] { return online.err().find("run 1: daq: all ") != std::string::npos; }));
        CHECK(online.err().find("following run 1, over already") != std::string::npos);
    }
    fs::remove_all(path + "/runs/online");
    auto text = content(config);
    replace(text, "threshold_adc: 4", "threshold_adc: 5");
    const auto other = path + "/other.txtpb";
    std::ofstream(other) << text;
    Process online(path, "spillgate-online", {"--config", other, "--http-port", "0"});
    REQUIRE(control.start().ok());  // heard by online, so the ended run was, too
    REQUIRE(await([&] { return online.err().find("run 2 is refused") != std::string::npos; }));
    CHECK(online.err().find("run 1") == std::string::npos);
}

TEST_CASE("an SPE calibration fitted to a run is found in its reprocessing, by name and in every charge") {
    const TemporaryDirectory directory;
    const auto& path = directory.path();
    test::SimulatedConfig simulated{.directory = path, .as_fast_as_possible = true, .stop_after_slots = 1200};
    const auto written = test::write_config(simulated);
    auto text = content(written);
    // The detector's charge of one photoelectron is not the one that the chain assumes.
    replace(text, "sample_rate_mhz: 50", "sample_rate_mhz: 500");
    replace(text, "integration_ns: 3000", "integration_ns: 3000 spe_charge_adc: 64");
    replace(text, "pmt { baseline_adc: 8000 }",
            "pmt { baseline_adc: 8000 spe_charge_adc: 75 spe_polya_m: 8 dark_rate_hz: 60000 large_rate_hz: 0 "
            "steady_rate_hz: 300 cherenkov_rate_hz: 0 baseline_wander_adc: 0 linear_gate_fraction: 0 }");
    text +=
        "selection { name: \"all\" }\n"
        "spectrum { name: \"pe\" axis { variable: \"pe\" bins: 50 min: 0 max: 50 } selection: \"all\" }\n";
    const auto config = path + "/spe.txtpb";
    std::ofstream(config) << text;
    Process daq(path, "spillgate-daq", {"--config", config, "--start", "spe"});
    test::Control control(path);
    REQUIRE(control.await_status([](const auto& status) {
        return status.state() == wire::CONFIGURED && status.run().stop_utc_ns() != 0;
    }));
    const std::string run = path + "/runs/run-000001";
    const auto fitted = run_program(path, "spillgate-offline",
                                    {"calibrate", "spe", run, "--out", path + "/spe-1.txtpb", "--json"});
    INFO(fitted.out << fitted.err);
    REQUIRE(fitted.status == 0);
    CHECK_THAT(content(path + "/spe-1.txtpb"),
               Catch::Contains("fit_min_adc: 32\n") && Catch::Contains("fit_max_adc: 320\n"));
    const auto calibrated = json::parse(fitted.out);
    const auto& slice = calibrated.at("slices").at(0);
    const auto& charge = slice.at("spe_charge_adc");
    const double spe = charge.at("value").to_number<double>();
    CHECK(std::abs(spe - 75) < 3 * charge.at("error").to_number<double>() + 0.03 * 75);

    const auto plain = run_program(path, "spillgate-offline", {"reprocess", run, "--out", path + "/plain"});
    REQUIRE(plain.status == 0);
    for (const std::string threads : {"1", "3"}) {
        const auto done = run_program(path, "spillgate-offline",
                                      {"reprocess", run, "--calibration", path + "/spe-1.txtpb", "--out",
                                       fmt::format("{}/calibrated-{}", path, threads), "--threads", threads});
        INFO(done.err);
        REQUIRE(done.status == 0);
    }
    for (const std::string name : {"spectra.h5", "spectra.json", "spectra.csv", "candidates.h5"}) {
        INFO(name);
        const auto applied = content(fmt::format("{}/calibrated-1/{}", path, name));
        CHECK(applied == content(fmt::format("{}/calibrated-3/{}", path, name)));
        CHECK(applied != content(fmt::format("{}/plain/{}", path, name)));
    }
    // A calibration changed by hand is refused with its name, and nothing is written.
    auto calibration = content(path + "/spe-1.txtpb");
    calibration.replace(calibration.find("chain:"), 6, "chaim:");
    std::ofstream(path + "/spe-2.txtpb") << calibration;
    const auto refused =
        run_program(path, "spillgate-offline",
                    {"reprocess", run, "--calibration", path + "/spe-2.txtpb", "--out", path + "/none"});
    CHECK(refused.status != 0);
    CHECK(refused.err.find("spe-2.txtpb") != std::string::npos);
    CHECK_FALSE(fs::exists(path + "/none/spectra.h5"));
}
