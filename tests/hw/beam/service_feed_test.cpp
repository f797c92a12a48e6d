// The timing service's messages, its endpoints and keys.
#include "hw/beam/service/service_feed.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <zmq.hpp>

#include "hw/beam/service/key_file.hpp"
#include "tests/proto/temporary_directory.hpp"

namespace spillgate::hw::beam {
namespace {

using namespace std::chrono_literals;

std::string message(std::uint64_t sequence, bool valid = true) {
    wire::TimingReport report;
    report.set_sequence(sequence);
    report.set_cycle_id(100 + sequence);
    report.set_source_utc_ns(5);
    report.set_valid(valid);
    report.set_flavour(2);
    report.set_facility_veto(true);
    report.set_charge_state(wire::TimingReport::MEASURED);
    report.set_charge_pc(42);
    return report.SerializeAsString();
}

std::uint64_t counted(ReportQueue& queue, const std::string& name) {
    std::vector<Report> reports;
    std::vector<proto::NamedCount> counts;
    queue.take(0, reports, counts);
    for (const auto& count : counts)
        if (count.name == name) return count.value;
    return 0;
}

void write(const std::filesystem::path& path, const std::string& text, std::filesystem::perms mode) {
    std::ofstream(path) << text;
    std::filesystem::permissions(path, mode);
}

std::atomic<int> signals_taken = 0;

constexpr auto ours = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

config::BeamSource service(const std::string& endpoint) {
    config::BeamSource source;
    source.set_name("timing");
    source.mutable_service()->set_endpoint(endpoint);
    return source;
}

}  // namespace

TEST_CASE("a message becomes a report, gaps, rubbish and what the service doubts are counted apart") {
    ReportQueue queue(10);
    std::optional<std::uint64_t> sequence;
    const auto report = report_of(message(1), 99, sequence, queue);
    REQUIRE(report);
    CHECK(report->cycle_id == 101);
    CHECK(report->source_utc_ns == 5);
    CHECK(report->arrival_ns == 99);
    CHECK(report->charge_pc == 42);
    CHECK(report->flavour == 2);
    CHECK(report->facility_veto);
    CHECK(report->has_charge);
    CHECK(!report->uncorrected);
    CHECK(counted(queue, "beam-report-lost") == 0);
    CHECK(report_of(message(5), 99, sequence, queue));
    CHECK(counted(queue, "beam-report-lost") == 3);
    CHECK(!report_of(message(6, false), 99, sequence, queue));
    CHECK(counted(queue, "beam-report-invalid") == 1);
    CHECK(!report_of("\xff\xff\xff", 99, sequence, queue));
    CHECK(counted(queue, "beam-report-corrupt") == 1);
    wire::TimingReport doubted;
    doubted.ParseFromString(message(7));
    doubted.set_quality(3);
    CHECK(report_of(doubted.SerializeAsString(), 99, sequence, queue)->uncorrected);
    doubted.set_charge_state(wire::TimingReport::NO_CHARGE);
    CHECK(!report_of(doubted.SerializeAsString(), 99, sequence, queue)->has_charge);
}

TEST_CASE("keys are read only from a file that no one else may read") {
    const proto::testing::TemporaryDirectory folder;
    const auto path = folder.path() + "/keys";
    const std::string key(40, 'a');
    write(path, key + "\n" + key + "\n", ours);
    CHECK(read_key_file(path, 2).value() == std::vector<std::string>{key, key});
    CHECK(read_key_file(path, 1).error().kind == proto::ErrorKind::CONFIG);
    write(path, key + "\n" + key + "\n", ours | std::filesystem::perms::group_read);
    CHECK(read_key_file(path, 2).error().kind == proto::ErrorKind::REFUSED);
    write(path, std::string(40, ' ') + "\n", ours);
    CHECK(read_key_file(path, 1).error().kind == proto::ErrorKind::CONFIG);
    CHECK(read_key_file(folder.path() + "/none", 1).error().kind == proto::ErrorKind::NOT_FOUND);
}

TEST_CASE("a TCP service needs keys, and other endpoints are refused") {
    CHECK(make_service_feed(service("tcp://127.0.0.1:5555")).error().message ==
          "beam source 'timing': tcp needs server_key_file and client_key_file");
    CHECK(make_service_feed(service("udp://127.0.0.1:5555")).error().kind == proto::ErrorKind::CONFIG);
    auto with_key = service("ipc:///tmp/x");
    with_key.mutable_service()->set_server_key_file("key");
    CHECK(make_service_feed(with_key).error().kind == proto::ErrorKind::CONFIG);
}

TEST_CASE("reports come over TCP with CURVE keys, and not without the right ones") {
    char server_public[41];
    char server_secret[41];
    char client_public[41];
    char client_secret[41];
    REQUIRE(zmq_curve_keypair(server_public, server_secret) == 0);
    REQUIRE(zmq_curve_keypair(client_public, client_secret) == 0);
    zmq::context_t context(1);
    zmq::socket_t publisher(context, zmq::socket_type::xpub);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.set(zmq::sockopt::curve_server, true);
    publisher.set(zmq::sockopt::curve_secretkey, server_secret);
    publisher.bind("tcp://127.0.0.1:*");

    const proto::testing::TemporaryDirectory folder;
    write(folder.path() + "/server", std::string(server_public) + "\n", ours);
    write(folder.path() + "/client", std::string(client_public) + "\n" + client_secret + "\n", ours);
    auto source = service(publisher.get(zmq::sockopt::last_endpoint));
    source.mutable_service()->set_server_key_file(folder.path() + "/server");
    source.mutable_service()->set_client_key_file(folder.path() + "/client");
    auto feed = make_service_feed(source);
    REQUIRE(feed.has_value());
    ReportQueue queue(10);
    std::jthread thread([&](const std::stop_token& stop) { (*feed)->run(queue, stop); });
    zmq::message_t subscription;
    publisher.set(zmq::sockopt::rcvtimeo, 30000);
    REQUIRE(publisher.recv(subscription));
    // It may be that of the socket which make_service_feed has tried: more than one message, then.
    std::vector<Report> reports;
    std::vector<proto::NamedCount> counts;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (reports.empty() && std::chrono::steady_clock::now() < deadline) {
        publisher.send(zmq::buffer(message(1)));
        queue.take(10, reports, counts);
        std::this_thread::yield();
    }
    REQUIRE_FALSE(reports.empty());
    CHECK(reports[0].cycle_id == 101);
    CHECK(queue.last_heard_ns() > 0);
}

TEST_CASE("a signal that the feed's thread gets ends nothing: reports go on coming") {
    const proto::testing::TemporaryDirectory folder;
    zmq::context_t context(1);
    zmq::socket_t publisher(context, zmq::socket_type::xpub);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.set(zmq::sockopt::rcvtimeo, 30000);
    const auto endpoint = "ipc://" + folder.path() + "/timing";
    publisher.bind(endpoint);
    auto feed = make_service_feed(service(endpoint));
    REQUIRE(feed.has_value());

    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = [](int) { ++signals_taken; };
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    ReportQueue queue(10);
    std::jthread thread([&](const std::stop_token& stop) { (*feed)->run(queue, stop); });
    // The feed was tried out when it was made: that subscription may show, too.
    zmq::message_t subscription;
    REQUIRE(publisher.recv(subscription));
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    for (int sent = 1; sent <= 20; ++sent) {
        REQUIRE(::pthread_kill(thread.native_handle(), SIGUSR1) == 0);
        while (signals_taken < sent && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
    }
    CHECK(signals_taken == 20);
    std::vector<Report> reports;
    std::vector<proto::NamedCount> counts;
    for (std::uint64_t n = 1; reports.empty() && std::chrono::steady_clock::now() < deadline; ++n) {
        publisher.send(zmq::buffer(message(n)));
        queue.take(10, reports, counts);
        std::this_thread::yield();
    }
    CHECK_FALSE(reports.empty());
    for (const auto& count : counts)
        CHECK(count.name != "beam-service-failed");
    ::sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace spillgate::hw::beam
