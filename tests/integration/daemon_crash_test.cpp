// What is left of a run when the daemon is killed.
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/run_catalogue.hpp"
#include "proto/run_file/run_reader.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

TEST_CASE(
    "after kill -9 at 20 random moments each run reads to its last whole block, is named aborted, and can "
    "be repaired",
    "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.repetition_hz = 200;
    simulated.storage = "sync_ms: 50 segment_bytes: 300000";
    const auto config = test::write_config(simulated);
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (std::uint32_t number = 1; number <= 20; ++number) {
        CAPTURE(number);
        test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "test"});
        test::Control control(directory.path());
        REQUIRE(control.await_status([](const auto& s) { return s.state() >= wire::STARTING; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));  // the random moment itself
        const auto status = control.status();
        const auto acknowledged = status.acknowledged_sequence();
        daemon.signal(SIGKILL);
        daemon.wait();

        const auto run = fmt::format("{}/runs/run-{:06}", directory.path(), number);
        const auto verification = proto::verify_run(run);
        REQUIRE(verification.has_value());
        CHECK(verification->aborted);
        CHECK_FALSE(verification->valid());
        CHECK(verification->blocks >= acknowledged);
        CHECK(verification->missing_sequences == 0);

        const auto repaired = proto::repair_run(run);
        REQUIRE(repaired.has_value());
        const auto again = proto::verify_run(*repaired);
        REQUIRE(again.has_value());
        CHECK(again->valid());
        CHECK(again->blocks == verification->blocks);
        CHECK(again->description.repaired());
        CHECK(again->description.stop_reason() == "repaired");
    }

    // The next start says which runs were cut, and leaves them alone.
    const auto before = std::filesystem::last_write_time(directory.path() + "/runs/run-000020");
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    CHECK(daemon.err().find("run 20 in") != std::string::npos);
    CHECK(std::filesystem::last_write_time(directory.path() + "/runs/run-000020") == before);
    CHECK(control.status().next_run() == 21);
    daemon.signal(SIGTERM);
    CHECK(daemon.wait() == 0);

    // A kill may also come before the run is in the catalogue: what the directories say is enough.
    for (const auto* name : {"catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"})
        std::filesystem::remove(directory.path() + "/runs/" + name);
    test::Process again(directory.path(), "spillgate-daq", {"--config", config});
    REQUIRE(control.await_state(wire::CONFIGURED));
    again.signal(SIGTERM);
    CHECK(again.wait() == 0);
    const auto catalogue = proto::RunCatalogue::open(directory.path() + "/runs");
    REQUIRE(catalogue.has_value());
    const auto rows = catalogue->list();
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 20);
    for (const auto& row : *rows)
        CHECK(row.stop_reason() == "aborted");
}
