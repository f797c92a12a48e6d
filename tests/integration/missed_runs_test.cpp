// Runs that end while spillgate-online is away are judged when it is back.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "online/keeper/desk.hpp"
#include "online/keeper/run_records.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using test::await;
using test::Process;

namespace {

constexpr std::uint64_t slots = 40;

// The demo's two programs, with bands.
struct Lab {
    Lab() {
        std::ofstream(config())
            << std::ifstream(SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb").rdbuf();
        std::ofstream(directory.path() + "/lab-console.txtpb")
            << "quality { quantity: \"run.ac_rate.pe\" high: 1e9 }\n"
               "quality { quantity: \"run.complete_fraction\" low: 0.5 }\n"
               "quality { quantity: \"beam.mark_rate_hz\" low: 1 }\n";
        std::filesystem::create_directory(sockets());
        std::filesystem::permissions(sockets(), std::filesystem::perms{0750});
        daq = program("spillgate-daq", {});
        REQUIRE(control().await_state(wire::CONFIGURED));
    }
    std::unique_ptr<Process> program(const std::string& name, const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"--config", config(),     "--runtime-dir",
                                           sockets(),  "--runs-dir", runs()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return std::make_unique<Process>(directory.path(), name, arguments);
    }
    void start_online() {
        online = program("spillgate-online", {"--http-port", "0"});
        REQUIRE(await([&] { return online->out().find("console at http://") != std::string::npos; }));
    }
    void stop_online() {
        online->signal(SIGTERM);
        REQUIRE(online->wait() == 0);
    }
    // And waits for some of it.
    void start_run(std::uint32_t number) {
        const auto reply = control().start(wire::TEST);
        INFO(reply.reason());
        REQUIRE(reply.ok());
        REQUIRE(control().await_status([&](const auto& status) {
            return status.state() == wire::RUNNING && status.run().number() == number &&
                   status.slots() >= slots;
        }));
    }
    // And waits until its files are closed.
    void stop_run() {
        REQUIRE(control().stop().ok());
        REQUIRE(control().await_state(wire::CONFIGURED));
    }
    void await_said(const std::string& words) {
        REQUIRE(await([&] { return online->err().find(words) != std::string::npos; }));
    }
    std::vector<online::QualityRow> await_judged(std::uint32_t run) {
        auto desk = online::open_desk(runs() + "/online/console/console.sqlite").value();
        REQUIRE(await([&] { return online::RunRecords(desk).judged_by(run).value().has_value(); }));
        return online::RunRecords(desk).quality(run, run).value();
    }
    // AC counts per live second of what reprocessing writes.
    double ac_rate_of_reprocessing(std::uint32_t run) {
        const auto out = directory.path() + "/reprocessed";
        const auto done = test::run_program(
            directory.path(), "spillgate-offline",
            {"reprocess", run_directory(run), "--out", out, "--no-candidates", "--threads", "1"});
        INFO(done.err);
        REQUIRE(done.status == 0);
        std::ostringstream text;
        text << std::ifstream(out + "/spectra.json").rdbuf();
        const auto spectrum = boost::json::parse(text.str()).at("pe/anti_coincident");
        double counts = 0;
        for (const auto& bin : spectrum.at("storage").at("values").as_array())
            counts += bin.to_number<double>();
        return counts / (spectrum.at("metadata").at("live_ps").to_number<double>() * 1e-12);
    }

    test::Control control() const { return test::Control(sockets()); }
    std::string config() const { return directory.path() + "/lab.txtpb"; }
    std::string sockets() const { return directory.path() + "/sockets"; }
    std::string runs() const { return directory.path() + "/runs"; }
    std::string run_directory(std::uint32_t run) const { return fmt::format("{}/run-{:06}", runs(), run); }

    test::ScratchDirectory directory;
    std::unique_ptr<Process> daq;
    std::unique_ptr<Process> online;
};

const online::QualityRow& row(const std::vector<online::QualityRow>& rows, const std::string& quantity) {
    const auto found = std::ranges::find(rows, quantity, &online::QualityRow::quantity);
    REQUIRE(found != rows.end());
    return *found;
}

}  // namespace

TEST_CASE(
    "runs that end while online is away are judged when it is back, by their files, whole or not at all") {
    Lab lab;
    lab.start_online();
    lab.start_run(1);
    lab.stop_run();
    lab.await_judged(1);
    lab.start_run(2);
    lab.await_said("following run 2");
    lab.stop_online();
    lab.stop_run();
    for (const std::uint32_t run : {3, 4}) {
        lab.start_run(run);
        lab.stop_run();
    }
    for (const auto& entry : std::filesystem::directory_iterator(lab.run_directory(4)))
        if (entry.path().filename() != "run.txtpb") std::filesystem::remove(entry.path());
    lab.start_run(5);
    lab.start_online();

    CHECK(row(lab.await_judged(2), "run.ac_rate.pe").verdict == "good");
    const auto missed = lab.await_judged(3);
    CHECK(row(missed, "run.complete_fraction").verdict == "good");
    const auto& rate = row(missed, "run.ac_rate.pe");
    CHECK(rate.verdict == "good");
    CHECK(rate.value.value() == Approx(lab.ac_rate_of_reprocessing(3)).epsilon(1e-12));
    const auto& marks = row(missed, "beam.mark_rate_hz");
    CHECK(marks.verdict == "unknown");
    CHECK_FALSE(marks.value.has_value());

    const auto purged = lab.await_judged(4);
    CHECK(row(purged, "run.complete_fraction").verdict == "good");
    const auto& gone = row(purged, "run.ac_rate.pe");
    CHECK(gone.verdict == "unknown");
    CHECK_FALSE(gone.value.has_value());
    CHECK(gone.reason.starts_with("online did not follow it, and "));
    // What goes on meanwhile is followed as ever.
    lab.stop_run();
    CHECK(row(lab.await_judged(5), "run.ac_rate.pe").verdict == "good");
}
