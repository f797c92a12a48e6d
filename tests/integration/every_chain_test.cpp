// The real daemon, the real online and the reprocessing of the run, for each kind of detector: its shipped
// configuration, at rates that fill spectra within seconds.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "proto/config_loader.hpp"
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

// Writes config/NAME.txtpb with its directories moved, its steady background raised and fewer spills a
// second, so that sanitized programs keep up; returns its path.
std::string busy_config(const std::string& name, const std::string& directory) {
    const auto loaded = proto::load_config(fmt::format("{}/config/{}.txtpb", SPILLGATE_SOURCE_DIR, name));
    REQUIRE(loaded.has_value());
    auto config = loaded->config;
    config.mutable_storage()->set_runs_dir(directory + "/runs");
    config.mutable_network()->set_runtime_dir(directory + "/sockets");
    config.mutable_network()->set_http_port(0);
    config.mutable_facility()->set_charge_deadline_s(0.2);
    const double repetition_hz = name == "nai-sns" ? 10 : 30;  // eight crystals, each with a trace
    config.mutable_facility()->set_repetition_hz(repetition_hz);
    for (auto& board : *config.mutable_board()) {
        auto& simulation = *board.mutable_simulation();
        simulation.mutable_beam()->set_repetition_hz(repetition_hz);
        if (simulation.has_hpge())
            simulation.mutable_hpge()->set_continuum_rate_hz(5000);
        else  // a crystal of NaI triggers itself: it is simulated between the spills as well, all eight are
            simulation.mutable_pmt()->set_steady_rate_hz(name == "nai-sns" ? 1000 : 20000);
    }
    std::string text;
    google::protobuf::TextFormat::PrintToString(config, &text);
    const auto path = directory + "/busy.txtpb";
    std::ofstream(path) << text;
    return path;
}

// Candidates in C and AC of all spectra, by the report of `reprocess --json`.
std::pair<std::int64_t, std::int64_t> entries(const std::string& report) {
    std::pair<std::int64_t, std::int64_t> sum{0, 0};
    const auto json = boost::json::parse(report);
    for (const auto& spectrum : json.at("spectra").as_array()) {
        const auto& kinds = spectrum.at("kinds");
        sum.first += kinds.at("in_time").at("entries").to_number<std::int64_t>();
        sum.second += kinds.at("anti_coincident").at("entries").to_number<std::int64_t>();
    }
    return sum;
}

}  // namespace

TEST_CASE("each kind of detector's live spectra are those of its reprocessed run, bit for bit") {
    const std::string name = GENERATE("csi-sns", "csi-csns-two-pmt", "lar-sns", "nai-sns", "hpge-sns");
    INFO("config " << name);
    const proto::testing::TemporaryDirectory directory;
    const std::string& path = directory.path();
    std::filesystem::create_directory(path + "/sockets");
    std::filesystem::permissions(path + "/sockets", std::filesystem::perms{0750});
    const auto config = busy_config(name, path);

    const Process daemon(path, "spillgate-daq", {"--config", config});
    const Process online(path, "spillgate-online", {"--config", config});
    INFO(online.err());
    REQUIRE(await([&] { return online.out().find("console at http://127.0.0.1:") != std::string::npos; }));
    test::Control control(path + "/sockets");
    REQUIRE(control.await_state(wire::CONFIGURED));
    REQUIRE(control.start(wire::TEST).ok());
    REQUIRE(control.await_status([](const auto& status) { return status.run().ledger().complete() >= 100; }));
    REQUIRE(control.stop().ok());
    const auto live = path + "/runs/online/run-000001/";
    REQUIRE(await([&] {
        return online.err().find("run 1: ") != std::string::npos &&
               std::filesystem::exists(live + "spectra.csv");
    }));

    for (const char* threads : {"1", "3"}) {
        const auto out = fmt::format("{}/reprocessed-{}", path, threads);
        const auto done = test::run_program(
            path, "spillgate-offline",
            {"reprocess", path + "/runs/run-000001", "--out", out, "--threads", threads, "--json"});
        INFO(done.err);
        REQUIRE(done.status == 0);
        const auto [in_time, anti_coincident] = entries(done.out);
        CHECK(in_time > 0);
        CHECK(anti_coincident > 0);
        UNSCOPED_INFO(name << ": " << in_time << " entries in C, " << anti_coincident << " in AC");
        for (const char* file : {"/spectra.h5", "/spectra.json", "/spectra.csv"}) {
            INFO(file);
            const auto again = content(out + file);
            CHECK_FALSE(again.empty());
            CHECK(await([&] { return content(live + file) == again; }));
        }
    }
}
