// The daemon under load: subscribers that do not keep up, sources that deliver as fast as they can.
#include <filesystem>
#include <iostream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <zmq.hpp>

#include "proto/endpoints.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"
#include "tests/daq/scratch_directory.hpp"
#include "tests/integration/daemon_process.hpp"

using namespace spillgate;

namespace {

proto::Verification verified(const std::string& run_directory) {
    auto verification = proto::verify_run(run_directory);
    REQUIRE(verification.has_value());
    return *verification;
}

}  // namespace

TEST_CASE(
    "a subscriber that stops reading loses its own copies, the recording has no gap and the loss is shown",
    "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.repetition_hz = 500;
    simulated.network = "send_high_water: 20";
    const auto config = test::write_config(simulated);
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));

    zmq::context_t context;
    zmq::socket_t subscriber(context, zmq::socket_type::sub);
    subscriber.set(zmq::sockopt::rcvhwm, 20);
    subscriber.set(zmq::sockopt::rcvbuf, 4096);
    subscriber.set(zmq::sockopt::rcvtimeo, 60000);
    subscriber.set(zmq::sockopt::linger, 0);
    subscriber.set(zmq::sockopt::subscribe, "spill");
    subscriber.set(zmq::sockopt::subscribe, "verdict");
    subscriber.connect(proto::data_endpoint(directory.path(), "daq"));

    // It reads nothing while 1000 slots pass.
    REQUIRE(control.start().ok());
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().complete() > 1000; }));

    // Then it reads until it has found the gap.
    std::uint64_t next = 0;
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    while (lost == 0 && received < 100000) {
        zmq::message_t topic;
        zmq::message_t header;
        zmq::message_t samples;
        REQUIRE(subscriber.recv(topic));
        REQUIRE(subscriber.recv(header));
        if (header.more()) REQUIRE(subscriber.recv(samples));
        const auto bytes = [](const zmq::message_t& frame) {
            return std::span(frame.data<std::byte>(), frame.size());
        };
        std::uint64_t sequence = 0;
        if (topic.to_string_view() == "spill") {
            proto::SpillRecord record;
            REQUIRE(proto::decode_spill(bytes(header), bytes(samples), record));
            sequence = record.sequence;
        } else {
            const auto verdict = proto::decode_verdict(bytes(header));
            REQUIRE(verdict.has_value());
            sequence = verdict->sequence;
        }
        REQUIRE(sequence >= next);
        lost = sequence - next;
        next = sequence + 1;
        ++received;
    }
    CHECK(lost > 0);
    wire::Request report;
    report.mutable_loss()->set_subscriber("test");
    report.mutable_loss()->set_run(1);
    report.mutable_loss()->set_lost(lost);
    report.mutable_loss()->set_received(received);
    REQUIRE(control.ask(report)->ok());
    CHECK(control.await_status([&](const auto& s) {
        return s.subscribers_size() == 1 && s.subscribers(0).subscriber() == "test" &&
               s.subscribers(0).lost() == lost;
    }));

    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto verification = verified(directory.path() + "/runs/run-000001");
    CHECK(verification.valid());
    CHECK(verification.missing_sequences == 0);
    CHECK(verification.ledger.lost_disk() == 0);
}

TEST_CASE("while sources deliver as fast as they can, requests are answered and no slot is lost",
          "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.as_fast_as_possible = true;
    simulated.storage = "compression: ZSTD";
    simulated.buffers = "recorder_bytes: 1048576";
    const auto config = test::write_config(simulated);
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "test"});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::RUNNING));
    wire::Request request;
    request.mutable_status();
    for (int i = 0; i < 100; ++i)
        REQUIRE(control.ask(request).has_value());
    REQUIRE(control.await_status([](const auto& s) { return s.run().ledger().complete() > 400; }));
    REQUIRE(control.stop().ok());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto verification = verified(directory.path() + "/runs/run-000001");
    CHECK(verification.valid());
    CHECK(verification.ledger.complete() == verification.ledger.slots());
}

TEST_CASE("a start on a disk with too little room is refused with what is free, what is needed, and where",
          "[integration]") {
    test::ScratchDirectory directory;
    test::SimulatedConfig simulated{directory.path()};
    simulated.storage = "stop_below_bytes: 1000000000000000 reserve_bytes: 2000000";
    const auto config = test::write_config(simulated);
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto refused =
        test::run_program(directory.path(), "spillgate-ctl", {"--config", config, "start", "test"});
    CHECK(refused.status == 1);
    INFO(refused.err);
    CHECK(refused.err.find("too little disk space for a run") != std::string::npos);
    CHECK(refused.err.find("B are free in " + directory.path() + "/runs, 1000.00 TB are needed") !=
          std::string::npos);
    CHECK(refused.err.find("storage.reserve_bytes 2.00 MB") != std::string::npos);
    CHECK(control.status().state() == wire::CONFIGURED);
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/runs/run-000001"));
}

TEST_CASE("a run whose disk fills up ends as disk-full, complete, and says so", "[integration]") {
    test::ScratchDirectory directory;
    // Room for a run by much more than other programs take meanwhile; a file of twice that fills it up.
    constexpr std::uint64_t room = std::uint64_t{1} << 29;
    const auto free = std::filesystem::space(directory.path()).available;
    if (free < 4 * room) {
        std::cout << "SKIPPED: " << directory.path() << " has less than 2 GiB of room\n";
        return;
    }
    test::SimulatedConfig simulated{directory.path()};
    simulated.storage =
        fmt::format("stop_below_bytes: {} warn_below_bytes: 1000000000000000 sync_ms: 100", free - room);
    const auto config = test::write_config(simulated);
    test::Process daemon(directory.path(), "spillgate-daq", {"--config", config, "--start", "physics"});
    test::Control control(directory.path());
    REQUIRE(control.await_state(wire::RUNNING));
    auto filling = proto::posix_file_layer().create(directory.path() + "/filling");
    REQUIRE(filling.has_value());
    REQUIRE((*filling)->reserve(2 * room).has_value());
    REQUIRE(control.await_status([](const auto& s) { return s.run().stop_reason() == "disk-full"; }));
    REQUIRE(control.await_state(wire::CONFIGURED));
    const auto verification = verified(directory.path() + "/runs/run-000001");
    CHECK(verification.valid());
    CHECK(verification.description.stop_reason() == "disk-full");
    CHECK(daemon.err().find("disk nearly full") != std::string::npos);
    CHECK(daemon.err().find("less than storage.stop_below_bytes") != std::string::npos);
}
