// spillgate-daq and spillgate-ctl as people run them.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/endpoints.hpp"
#include "proto/run_catalogue.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/software_version.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using test::run_program;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Everything that must hold of a run that ended cleanly.
proto::Verification check_valid(const std::string& run_directory) {
    auto verification = proto::verify_run(run_directory);
    REQUIRE(verification.has_value());
    for (const auto& damage : verification->damage)
        UNSCOPED_INFO(damage.file << ": " << damage.error.message);
    CHECK(verification->valid());
    CHECK(verification->description.stop_utc_ns() > 0);
    CHECK(verification->description.simulated());
    return *verification;
}

}  // namespace

TEST_CASE("a run is started, paused, resumed and stopped from a shell", "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto ctl = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--config", config});
        return run_program(directory.path(), "spillgate-ctl", arguments);
    };

    auto outcome = ctl({"start", "physics", "--note", "first beam"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "running, run 1\n");
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().complete() > 5; }));

    outcome = ctl({"start", "physics"});
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err, "refused: cannot start while running; possible now: pause, stop"));
    CHECK(ctl({"resume"}).status == 1);

    CHECK(ctl({"pause"}).out == "paused, run 1\n");
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().paused() > 5; }));
    CHECK(ctl({"resume"}).out == "running, run 1\n");
    CHECK(ctl({"note", "HV lowered"}).status == 0);
    const auto complete = control.status().run().ledger().complete();
    REQUIRE(control.await_status([&](const auto& s) { return s.run().ledger().complete() > complete + 5; }));

    outcome = ctl({"status"});
    CHECK(outcome.status == 0);
    for (const auto* word : {"running", "SIMULATED", "physics", "slots", "POT", "disk"})
        CHECK(contains(outcome.out, word));
    outcome = ctl({"--json", "status"});
    CHECK(outcome.out.starts_with("{"));
    CHECK(contains(outcome.out, "\"state\":\"RUNNING\""));

    CHECK(ctl({"stop", "--reason", "target change"}).out == "configured, run 1\n");
    CHECK(ctl({"note", "too late"}).status == 1);
    const auto verification = check_valid(directory.path() + "/runs/run-000001");
    const auto& run = verification.description;
    CHECK(run.type() == wire::PHYSICS);
    CHECK(run.stop_reason() == "target change");
    CHECK_THAT(run.note(), Catch::Matchers::Matches(
                               R"(first beam\nHV lowered \([^,\n]+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\))"));
    CHECK(run.ledger().paused() > 5);
    CHECK(run.ledger().slots() == verification.verdicts);
    CHECK(run.ledger().complete() + run.ledger().truncated() <= verification.spills);
    CHECK_FALSE(run.effective_config().empty());

    daemon.signal(SIGTERM);
    CHECK(daemon.wait() == 0);
    const auto catalogue = proto::RunCatalogue::open(directory.path() + "/runs");
    REQUIRE(catalogue.has_value());
    const auto rows = catalogue->list();
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 1);
    CHECK(rows->front().stop_reason() == "target change");
}

TEST_CASE("a signal ends the run in progress cleanly", "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "test"});
    test::Control control(directory.path());
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().complete() > 5; }));
    daemon.signal(SIGINT);
    CHECK(daemon.wait() == 0);
    CHECK(check_valid(directory.path() + "/runs/run-000001").description.stop_reason() == "signal");
}

TEST_CASE("a run ends by itself with its sources, no slot lost, and another can follow", "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.as_fast_as_possible = true;
    simulated.stop_after_slots = 200;
    const auto config = test::write_config(simulated);
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    for (std::uint32_t number = 1; number <= 2; ++number) {
        REQUIRE(control.start().ok());
        REQUIRE(control.await_status([number](const auto& s) {
            return s.run().number() == number && s.run().stop_utc_ns() != 0 && s.state() == wire::CONFIGURED;
        }));
        const auto verification = check_valid(fmt::format("{}/runs/run-{:06}", directory.path(), number));
        CHECK(verification.description.stop_reason() == "source-ended");
        CHECK(verification.description.ledger().slots() == 200);
        CHECK(verification.description.ledger().complete() == 200);
    }
}

TEST_CASE("wrong usage and wrong configurations end with one message and status 2", "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    const auto daq = [&](const std::vector<std::string>& arguments) {
        return run_program(directory.path(), "spillgate-daq", arguments);
    };
    CHECK(daq({}).status == 2);
    CHECK(daq({"--config", directory.path() + "/absent.txtpb"}).status == 2);
    CHECK(daq({"--config", config, "--start", "nonsense"}).status == 2);
    CHECK(daq({"--config", config, "--daemon", "nobody"}).status == 2);
    const auto broken = directory.path() + "/broken.txtpb";
    std::ofstream(broken) << "name: \"x\"\nno_such_field: 1\n";
    const auto outcome = daq({"--config", broken, "--check"});
    CHECK(outcome.status == 2);
    CHECK(contains(outcome.err, "broken.txtpb:2:"));
    CHECK(daq({"--config", config, "--check"}).status == 0);
    const auto no_channel = directory.path() + "/no-channel.txtpb";
    std::ofstream(no_channel)
        << R"(name: "x" facility { name: "SNS" repetition_hz: 60 } gate { mode: FREE_RUNNING slice_ns: 1e6 }
        board { id: 1 bits: 14 sample_rate_mhz: 250
                sis3316 { address: "10.1.2.3" input { channel: 16 record_ns: 400 } } })";
    const auto refused = daq({"--config", no_channel, "--check"});
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, "input.channel is 16"));
    const auto no_window = directory.path() + "/no-window.txtpb";
    std::ofstream(no_window)
        << R"(name: "x" facility { name: "SNS" repetition_hz: 60 } gate { mode: FREE_RUNNING }
        board { id: 1 bits: 14 sample_rate_mhz: 250 simulation {} })";
    const auto impossible = daq({"--config", no_window, "--check"});
    CHECK(impossible.status == 2);
    CHECK(contains(impossible.err, "slice_ns"));
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/runs"));
    // Where even the superuser cannot make a directory.
    const auto nowhere =
        daq({"--config", config, "--runtime-dir", directory.path(), "--runs-dir", "/proc/none/runs"});
    CHECK(nowhere.status == 1);
    CHECK(contains(nowhere.err, "runs_dir '/proc/none/runs' cannot be made: /proc takes no new directory"));

    const auto ctl = [&](const std::vector<std::string>& arguments) {
        return run_program(directory.path(), "spillgate-ctl", arguments);
    };
    CHECK(ctl({}).status == 2);
    CHECK(ctl({"start", "nonsense"}).status == 2);
    CHECK(ctl({"start", "--help"}).status == 0);
    CHECK(contains(ctl({"start", "--help"}).out, "Example: "));
    const auto nobody = ctl({"--runtime-dir", directory.path(), "status"});
    CHECK(nobody.status == 1);
    CHECK(contains(nobody.err, "is spillgate-daq running?"));
}

TEST_CASE("every program says which version it is, how it is used and what its exit status means",
          "[integration]") {
    test::ScratchDirectory directory;
    for (const std::string name :
         {"spillgate-daq", "spillgate-ctl", "spillgate-online", "spillgate-emulator", "spillgate-offline"}) {
        INFO(name);
        const auto version = run_program(directory.path(), name, {"--version"});
        CHECK(version.status == 0);
        CHECK(version.out == proto::software_version() + "\n");
        const auto help = run_program(directory.path(), name, {"--help"});
        CHECK(help.status == 0);
        CHECK(contains(help.out, fmt::format("Usage: {} [OPTIONS]", name)));
        CHECK(contains(help.out, "Example"));
        CHECK(contains(help.out, "Exit status: 0 success, 1 "));
        const auto odd = run_program(directory.path(), name, {"--no-such-option"});
        CHECK(odd.status == 2);
        CHECK(odd.out.empty());
        CHECK_FALSE(odd.err.empty());
    }
}

TEST_CASE("a second daemon of the same name, and a second lead over the same runs, are refused",
          "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process first(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    auto second = run_program(directory.path(), "spillgate-daq", {"--config", config});
    CHECK(second.status == 1);
    CHECK(contains(second.err, fmt::format("another daemon 'daq' runs in {} (process {}", directory.path(),
                                           first.pid())));
    test::ScratchDirectory elsewhere;
    second = run_program(directory.path(), "spillgate-daq",
                         {"--config", config, "--runtime-dir", elsewhere.path()});
    CHECK(second.status == 1);
    CHECK(contains(second.err, "another lead writes runs to"));
    CHECK(control.status().state() == wire::CONFIGURED);
}

TEST_CASE("a run directory that exists stops the start with its name, and the next start works",
          "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    std::filesystem::create_directories(directory.path() + "/runs/run-000001");
    auto outcome = run_program(directory.path(), "spillgate-ctl", {"--config", config, "start", "test"});
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err, "run-000001"));
    CHECK(control.status().state() == wire::CONFIGURED);
    CHECK(run_program(directory.path(), "spillgate-ctl", {"--config", config, "start", "test"}).out ==
          "running, run 2\n");
}

TEST_CASE("configure takes a file of the configuration's directory and nothing else", "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::SimulatedConfig faster{directory.path()};
    faster.repetition_hz = 100;
    test::write_config(faster, "faster.txtpb");
    std::ofstream(directory.path() + "/broken.txtpb") << "name: 7\n";
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto configure = [&](const std::string& name) {
        return run_program(directory.path(), "spillgate-ctl", {"--config", config, "configure", name});
    };
    CHECK(configure("/etc/passwd").status == 1);
    CHECK(configure("../test.txtpb").status == 1);
    CHECK(control.status().state() == wire::CONFIGURED);
    const auto broken = configure("broken.txtpb");
    CHECK(broken.status == 1);
    CHECK(contains(broken.err, "broken.txtpb:1:"));
    CHECK(control.status().state() == wire::IDLE);
    CHECK_FALSE(control.start().ok());
    CHECK(configure("faster.txtpb").status == 0);
    REQUIRE(control.start().ok());
    CHECK(
        control.await_status([](const auto& s) { return s.mark_rate_hz() > 99 && s.mark_rate_hz() < 101; }));
}

TEST_CASE("garbage on the control socket is counted, and requests are answered all the while",
          "[integration]") {
    test::ScratchDirectory directory;
    const auto config = test::write_config({directory.path()});
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "test"});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::RUNNING));
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    zmq::context_t context;
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::linger, 0);
    dealer.set(zmq::sockopt::sndtimeo, 5000);
    dealer.connect(proto::control_endpoint(directory.path(), "daq"));
    for (int i = 0; i < 3000; ++i) {
        const int frames = 1 + static_cast<int>(random() % 5);
        for (int f = 0; f < frames; ++f) {
            std::string bytes(random() % 300, '\0');
            for (auto& byte : bytes)
                byte = static_cast<char>(random());
            dealer.send(zmq::buffer(bytes),
                        f + 1 < frames ? zmq::send_flags::sndmore : zmq::send_flags::none);
        }
        if (i % 500 == 0) CHECK(control.status().state() == wire::RUNNING);
    }
    CHECK(control.await_status([](const auto& s) {
        std::uint64_t ignored = 0;
        for (const auto& count : s.ignored_requests())
            ignored += count.value();
        return ignored > 1000;
    }));
    // Whole requests with hostile content, too.
    wire::Request request;
    request.mutable_configure()->set_name(std::string("a\0b", 3));
    CHECK_FALSE(control.ask(request)->ok());
    request.mutable_start()->set_type(static_cast<wire::RunType>(77));
    CHECK_FALSE(control.ask(request)->ok());
    request.mutable_commit()->set_run(1);
    CHECK_FALSE(control.ask(request)->ok());
    request.mutable_note()->set_text(std::string(100000, 'x'));
    CHECK_FALSE(control.ask(request)->ok());
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    check_valid(directory.path() + "/runs/run-000001");
}

TEST_CASE("two daemons under a lead begin one run at one mark and end it together", "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.daemons = {"lead", "second"};
    const auto config = test::write_config(simulated);
    test::Process lead(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path(), "lead");
    REQUIRE(control.await_state(wire::CONFIGURED));

    // Without the other one there is no start, and the reason says who is missing.
    auto outcome = run_program(directory.path(), "spillgate-ctl", {"--config", config, "start", "test"});
    CHECK(outcome.status == 1);
    CHECK(contains(outcome.err, "daemon second does not answer"));

    test::Process second(directory.path(), "spillgate-daq", {"--config", config, "--daemon", "second"});
    test::Control follower(directory.path(), "second");
    REQUIRE(follower.await_state(wire::CONFIGURED));
    CHECK_FALSE(follower.start().ok());
    outcome = run_program(directory.path(), "spillgate-ctl", {"--config", config, "start", "test"});
    CHECK_THAT(outcome.err, Catch::Equals(""));
    CHECK(outcome.out == "running, run 2\n");
    REQUIRE(follower.await_state(wire::RUNNING));
    for (auto* daemon : {&control, &follower})
        REQUIRE(daemon->await_status([](const auto& s) { return s.run().ledger().complete() > 20; }));
    const auto status = control.status();
    REQUIRE(status.followers_size() == 1);
    CHECK(status.followers(0).reachable());
    CHECK(status.followers(0).run().number() == 2);
    wire::Request note;
    note.set_person("A. Person");
    note.mutable_note()->set_text("source moved");
    REQUIRE(control.ask(note)->ok());
    REQUIRE(follower.await_status([](const auto& s) { return !s.run().note().empty(); }));
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    REQUIRE(follower.await_state(wire::CONFIGURED));
    const auto first = check_valid(directory.path() + "/runs/run-000002");
    const auto other = check_valid(directory.path() + "/runs/run-000002-second");
    CHECK_THAT(first.description.note(), Catch::StartsWith("source moved (A. Person, 20"));
    CHECK(other.description.note() == first.description.note());

    // The same slot has the same time in both, as far as their clocks tell.
    std::map<std::uint64_t, std::int64_t> t0[2];
    const std::string directories[2] = {"/runs/run-000002", "/runs/run-000002-second"};
    for (int i = 0; i < 2; ++i) {
        const auto reader = proto::RunReader::open(directory.path() + directories[i]);
        REQUIRE(reader.has_value());
        const auto read = reader->for_each([&](const proto::BlockView& block) {
            if (block.topic == proto::Topic::VERDICT)
                if (const auto verdict = proto::decode_verdict(block.header))
                    t0[i][verdict->slot] = verdict->t0.ticks;
            return true;
        });
        REQUIRE(read.has_value());
    }
    CHECK(t0[0].contains(0));
    CHECK(t0[1].contains(0));
    const auto half_period = static_cast<std::int64_t>(50e6 / 60 / 2);
    for (const auto& [slot, ticks] : t0[0])
        if (t0[1].contains(slot)) CHECK(std::abs(t0[1][slot] - ticks) < half_period);
}

TEST_CASE("a follower that dies is shown, and the run goes on without it", "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.daemons = {"lead", "second"};
    const auto config = test::write_config(simulated);
    test::Process lead(directory.path(), "spillgate-daq", {"--config", config});
    test::Process second(directory.path(), "spillgate-daq", {"--config", config, "--daemon", "second"});
    test::Control control(directory.path(), "lead");
    REQUIRE(control.await_status([](const auto& s) {
        return s.state() == wire::CONFIGURED && s.followers_size() == 1 && s.followers(0).reachable();
    }));
    REQUIRE(control.start().ok());
    REQUIRE(control.await_state(wire::RUNNING));
    second.signal(SIGKILL);
    second.wait();
    REQUIRE(control.await_status([](const auto& s) { return !s.followers(0).reachable(); }));
    const auto slots = control.status().slots();
    REQUIRE(control.await_status([&](const auto& s) { return s.slots() > slots + 10; }));
    const auto status = control.status();
    CHECK(status.state() == wire::RUNNING);
    const auto& messages = status.messages();
    CHECK(std::ranges::any_of(messages,
                              [](const auto& m) { return contains(m, "the run goes on without it"); }));
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    check_valid(directory.path() + "/runs/run-000001");
    const auto cut = proto::verify_run(directory.path() + "/runs/run-000001-second");
    REQUIRE(cut.has_value());
    CHECK(cut->aborted);
}
