// Runs that end by themselves and go on by themselves, as people start them from a shell.
#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "daq/ctl/login_name.hpp"
#include "proto/run_file/run_reader.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

wire::RunDescription description_of(const std::string& run_directory) {
    const auto verification = proto::verify_run(run_directory);
    REQUIRE(verification.has_value());
    CHECK(verification->valid());
    return verification->description;
}

}  // namespace

TEST_CASE("a run started with limits stops by itself and the next one follows, until somebody stops it",
          "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto ctl = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--config", config});
        return test::run_program(directory.path(), "spillgate-ctl", arguments);
    };
    CHECK(ctl({"limits", "--spills", "5"}).status == 1);  // there is no run
    CHECK(ctl({"limits"}).status == 2);
    CHECK(ctl({"start", "test", "--for", "soon"}).status == 2);
    CHECK(ctl({"start", "test", "--spills", "-1"}).status == 2);
    const auto endless = ctl({"start", "test", "--restart"});
    CHECK(endless.status == 1);
    CHECK(contains(endless.err, "without one"));

    CHECK(ctl({"start", "physics", "--operator", "B. Shift", "--note", "first beam", "--for", "1h",
               "--spills", "90", "--restart"})
              .status == 0);
    REQUIRE(control.await_status(
        [](const auto& s) { return s.run().number() == 2 && s.state() == wire::RUNNING; }));
    const auto first = description_of(directory.path() + "/runs/run-000001");
    CHECK(first.stop_reason() == "target-reached");
    CHECK(first.ledger().spills() >= 90);
    CHECK(first.stopped_by().empty());

    // Later ones may have followed before we ask, and one of them may be stopping just then.
    test::Outcome limited;
    REQUIRE(test::await([&] {
        limited = ctl({"limits", "--for", "2h", "--pot", "1e25", "--bytes", "500GB", "--restart"});
        return limited.status == 0;
    }));
    CHECK(contains(limited.out, "limits: 7200 s, 1e+25 protons, 500.00 GB, then restart"));
    REQUIRE(control.await_status([](const auto& s) { return s.limits().seconds() == 7200; }));
    const auto table = ctl({"status"}).out;
    for (const auto* part :
         {"operator      B. Shift\n", "limits        7200 s, 1e+25 protons, 500.00 GB; to go: 7",
          "; then another run like it\n", "follows       run "}) {
        CAPTURE(part, table);
        CHECK(contains(table, part));
    }
    const auto number = control.status().run().number();
    CHECK(contains(ctl({"stop"}).out, fmt::format("configured, run {}", number)));
    const auto last = description_of(fmt::format("{}/runs/run-{:06}", directory.path(), number));
    CHECK(last.stop_reason() == "requested");
    CHECK(last.stopped_by() == daq::login_name());
    CHECK(last.operator_() == "B. Shift");
    CHECK(last.note() == "first beam");
    CHECK(last.restarted_from() == number - 1);
    CHECK(last.limits().seconds() == 7200);
    CHECK(control.status().last_request() == fmt::format("stop by {} via spillgate-ctl", daq::login_name()));
    CHECK(control.status().next_run() == number + 1);
}

TEST_CASE("a limit of bytes counts what all daemons write, and no run follows where a daemon is missing",
          "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.daemons = {"lead", "second"};
    const auto config = test::write_config(simulated);
    test::Process lead(directory.path(), "spillgate-daq", {"--config", config});
    test::Process second(directory.path(), "spillgate-daq", {"--config", config, "--daemon", "second"});
    test::Control control(directory.path(), "lead");
    test::Control follower(directory.path(), "second");
    REQUIRE(control.await_status([](const auto& s) {
        return s.state() == wire::CONFIGURED && s.followers_size() == 1 && s.followers(0).reachable();
    }));
    const auto ctl = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--config", config});
        return test::run_program(directory.path(), "spillgate-ctl", arguments);
    };
    REQUIRE(ctl({"start", "test", "--operator", "B. Shift", "--bytes", "3MB", "--restart"}).status == 0);
    REQUIRE(control.await_status(
        [](const auto& s) { return s.run().number() == 2 && s.state() == wire::RUNNING; }));
    REQUIRE(control.await_status([](const auto& s) {  // no further limit is reached before we are done
        return s.followers(0).run().number() == s.run().number();
    }));
    const auto first = description_of(directory.path() + "/runs/run-000001");
    const auto share = description_of(directory.path() + "/runs/run-000001-second");
    CHECK(first.stop_reason() == "target-reached");
    CHECK(share.stop_reason() == "target-reached");
    CHECK(share.operator_() == "B. Shift");
    std::uintmax_t bytes = 0;
    for (const auto* run : {"/runs/run-000001", "/runs/run-000001-second"})
        for (const auto& file : std::filesystem::directory_iterator(directory.path() + run))
            bytes += file.file_size();
    CHECK(bytes >= 3'000'000);
    CHECK(control.status().followers(0).log_size() == 0);  // it publishes its own
    CHECK(follower.status().log_size() > 0);

    REQUIRE(test::await([&] { return ctl({"limits", "--spills", "120", "--restart"}).status == 0; }));
    second.signal(SIGKILL);
    second.wait();
    REQUIRE(control.await_status([](const auto& s) {
        return s.state() == wire::CONFIGURED && contains(s.refusal(), "daemon second does not answer");
    }));
    const auto ended = control.status();
    CHECK(ended.run().stop_reason().starts_with("abandoned: "));
    CHECK(ended.run().restarted_from() == ended.run().number() - 1);
    CHECK(ended.next_run() == ended.run().number() + 1);
}
