// spillgate-online with the real daemon: what is lost is healed, and at the end the live spectra are the
// files', byte for byte.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using test::await;
using test::Process;

namespace {

const std::string demo = SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb";

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The demo's two programs in a directory of their own.
class Road {
  public:
    Road() : path_((std::filesystem::temp_directory_path() / "spillgate-road-XXXXXX").string()) {
        if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
        std::filesystem::create_directory(sockets());
        std::filesystem::permissions(sockets(), std::filesystem::perms{0750});
        start_daq();
        start_online();
    }
    ~Road() {
        online.reset();
        daq.reset();
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Road(const Road&) = delete;
    Road& operator=(const Road&) = delete;

    void start_daq() { daq = program("spillgate-daq"); }
    void start_online(const std::string& config = demo) {
        online =
            std::make_unique<Process>(path_, "spillgate-online",
                                      std::vector<std::string>{"--config", config, "--runtime-dir", sockets(),
                                                               "--runs-dir", runs(), "--http-port", "0"});
        REQUIRE(
            await([&] { return online->out().find("console at http://127.0.0.1:") != std::string::npos; }));
    }

    // Of all that online has said, restarts included.
    bool await_said(const std::string& text) {
        return await([&] { return online->err().find(text) != std::string::npos; });
    }
    bool await_slots(std::uint64_t slots) {
        return control().await_status(
            [&](const wire::DaemonStatus& status) { return status.slots() >= slots; });
    }
    test::Control control() const { return test::Control(sockets()); }
    void start_run() {
        auto asked = control();
        REQUIRE(asked.await_state(wire::CONFIGURED));
        REQUIRE(asked.start(wire::TEST).ok());
    }
    void stop_run() { REQUIRE(control().stop().ok()); }

    // The end-of-run exports are those of a reprocessing, with one thread and with three.
    // What a kill has cut off in mid-write is named as truncated, and the rest is used.
    void exports_are_the_files(int run, bool killed = false) {
        REQUIRE(await([&] {
            return std::filesystem::exists(fmt::format("{}/online/run-{:06}/spectra.csv", runs(), run));
        }));
        for (const int threads : {1, 3}) {
            const auto out = fmt::format("{}/reprocessed-{}-{}", path_, run, threads);
            const auto done =
                test::run_program(path_, "spillgate-offline",
                                  {"reprocess", fmt::format("{}/run-{:06}", runs(), run), "--out", out,
                                   "--no-candidates", "--threads", std::to_string(threads)});
            INFO(done.err);
            const bool is_cut = killed && done.out.find("(truncated)") != std::string::npos;
            REQUIRE(done.status == (is_cut ? 1 : 0));
            for (const char* name : {"spectra.h5", "spectra.json", "spectra.csv"}) {
                INFO(name);
                const auto live = content(fmt::format("{}/online/run-{:06}/{}", runs(), run, name));
                CHECK_FALSE(live.empty());
                CHECK(live == content(fmt::format("{}/{}", out, name)));
            }
        }
    }

    const std::string& path() const { return path_; }
    std::string sockets() const { return path_ + "/sockets"; }
    std::string runs() const { return path_ + "/runs"; }

    std::unique_ptr<Process> daq;
    std::unique_ptr<Process> online;

  private:
    std::unique_ptr<Process> program(const std::string& name) {
        return std::make_unique<Process>(
            path_, name,
            std::vector<std::string>{"--config", demo, "--runtime-dir", sockets(), "--runs-dir", runs()});
    }

    std::string path_;
};

}  // namespace

TEST_CASE("online stopped for 10 s costs the recording nothing, its loss is counted and healed") {
    Road road;
    road.start_run();
    REQUIRE(road.await_said("following run 1"));
    REQUIRE(road.await_slots(60));
    road.online->signal(SIGSTOP);
    // 10 s at 60 Hz, two messages a slot: more than the 600 that are kept for a subscriber, on either side.
    REQUIRE(road.await_slots(60 + 600 + 200));
    road.online->signal(SIGCONT);
    // The daemon learns of the loss, and that it is healed.
    REQUIRE(road.control().await_status([](const wire::DaemonStatus& status) {
        return status.subscribers_size() == 1 && status.subscribers(0).lost() > 0 &&
               status.subscribers(0).healed() == status.subscribers(0).lost();
    }));
    road.stop_run();
    REQUIRE(road.await_said("recorded slots are in the spectra"));
    CHECK(road.online->err().find("all ") != std::string::npos);
    const auto verified =
        test::run_program(road.path(), "spillgate-offline", {"verify", road.runs() + "/run-000001"});
    INFO(verified.out << verified.err);
    CHECK(verified.status == 0);
    road.exports_are_the_files(1);
}

TEST_CASE("online killed in mid-run and started again ends with the files' spectra") {
    Road road;
    road.start_run();
    REQUIRE(road.await_slots(100));
    REQUIRE(await([&] { return std::filesystem::exists(road.runs() + "/online/run-000001.checkpoint"); }));
    road.online->signal(SIGKILL);
    CHECK(road.online->wait() == 128 + SIGKILL);
    const auto slots = road.control().status().slots();
    REQUIRE(road.await_slots(slots + 100));
    road.start_online();
    REQUIRE(road.await_said("continuing run 1 from its checkpoint"));
    REQUIRE(road.await_slots(slots + 200));
    road.stop_run();
    REQUIRE(road.await_said("recorded slots are in the spectra"));
    road.exports_are_the_files(1);
}

TEST_CASE("a daemon killed in mid-run leaves the spectra of what is on disk") {
    Road road;
    road.start_run();
    REQUIRE(road.await_said("following run 1"));
    REQUIRE(road.await_slots(150));
    road.daq->signal(SIGKILL);
    CHECK(road.daq->wait() == 128 + SIGKILL);
    road.start_daq();
    REQUIRE(road.await_said("no end record"));
    CHECK(road.online->err().find("all ") != std::string::npos);
    road.exports_are_the_files(1, true);
    // And the next run is followed as if nothing had been.
    road.start_run();
    REQUIRE(road.await_said("following run 2"));
    REQUIRE(road.await_slots(30));
    road.stop_run();
    REQUIRE(road.await_said("run 2: daq: all "));
    road.exports_are_the_files(2);
}

TEST_CASE("a run under another config is refused, and online says so") {
    Road road;
    road.online->signal(SIGTERM);
    CHECK(road.online->wait() == 0);
    const std::string other = road.path() + "/other.txtpb";
    std::string text = content(demo);
    text.replace(text.find("bins: 50"), 8, "bins: 51");
    std::ofstream(other) << text;
    road.start_online(other);
    road.start_run();
    REQUIRE(road.await_said("warning run 1 is refused"));
}

TEST_CASE(
    "online goes over to the lead's config if its file lies beside ours, and follows the run from its "
    "start") {
    Road road;
    road.online->signal(SIGTERM);
    CHECK(road.online->wait() == 0);
    std::filesystem::create_directory(road.path() + "/configs");
    const std::string ours = road.path() + "/configs/ours.txtpb";
    std::string text = content(demo);
    text.replace(text.find("bins: 50"), 8, "bins: 51");
    std::ofstream(ours) << text;
    std::ofstream(road.path() + "/configs/leads.txtpb") << content(demo);
    road.start_online(ours);
    road.start_run();
    REQUIRE(road.await_said("going over to " + road.path() + "/configs/leads.txtpb"));
    REQUIRE(road.await_said("following run 1"));
    REQUIRE(road.await_slots(60));
    road.stop_run();
    REQUIRE(road.await_said("run 1: daq: all "));
    road.exports_are_the_files(1);
}

TEST_CASE("online says where it listens when no daemon answers, and when one does") {
    Road road;
    // Before it runs, a signal ends it as the system does.
    REQUIRE(road.control().await_state(wire::CONFIGURED));
    road.daq->signal(SIGTERM);
    CHECK(road.daq->wait() == 0);
    REQUIRE(road.await_said("warning no daemon answers on ipc://" + road.sockets()));
    road.start_daq();
    REQUIRE(road.await_said("a daemon answers"));
}

TEST_CASE("an occupied port, a missing config and a wrong one end in one clear message each") {
    Road road;
    const auto out = road.online->out();
    const auto port = out.substr(out.rfind(':') + 1, out.find_last_not_of('\n') - out.rfind(':'));
    const auto occupied = test::run_program(road.path(), "spillgate-online",
                                            {"--config", demo, "--runtime-dir", road.sockets(), "--runs-dir",
                                             road.path() + "/elsewhere", "--http-port", port});
    CHECK(occupied.status == 1);
    CHECK(occupied.err.find("occupied") != std::string::npos);
    CHECK(std::count(occupied.err.begin(), occupied.err.end(), '\n') == 1);
    CHECK(test::run_program(road.path(), "spillgate-online", {"--config", "/nowhere.txtpb"}).status == 2);
    const std::string wrong = road.path() + "/wrong.txtpb";
    std::ofstream(wrong) << "name: \"x\"\nwish: 1\n";
    const auto refused = test::run_program(road.path(), "spillgate-online", {"--config", wrong});
    CHECK(refused.status == 2);
    CHECK(refused.err.find("wrong.txtpb:2:") != std::string::npos);
    CHECK(test::run_program(road.path(), "spillgate-online", {}).status == 2);
}
