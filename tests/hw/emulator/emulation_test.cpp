// The emulation as a whole, asked at its control socket.
#include "hw/emulator/emulation.hpp"

#include <filesystem>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>
#include <unistd.h>
#include <zmq.hpp>

#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::Emulation;

namespace {

struct Folder {
    std::string path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "emulation-XXXXXX").string();
        path = ::mkdtemp(name.data());
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

config::EmulatorReply ask(const std::string& endpoint, const config::EmulatorRequest& request) {
    zmq::context_t context;
    zmq::socket_t socket(context, zmq::socket_type::req);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 20'000);
    socket.connect(endpoint);
    socket.send(zmq::buffer(request.SerializeAsString()), zmq::send_flags::none);
    zmq::message_t frame;
    REQUIRE(socket.recv(frame).has_value());
    config::EmulatorReply reply;
    REQUIRE(reply.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
    return reply;
}

}  // namespace

TEST_CASE("devices are switched, stepped and asked by name at the control socket") {
    const Folder folder;
    config::Emulator config;
    config.set_name("two");
    config.set_control_endpoint("ipc://" + folder.path + "/emulator");
    for (const char* name : {"a", "b"}) {
        *config.add_module() = pattern_module();
        config.mutable_module(config.module_size() - 1)->set_name(name);
        config.mutable_module(config.module_size() - 1)->set_ledger_file(folder.path + "/" + name + ".csv");
    }
    auto emulation = Emulation::create(config).value();
    emulation->start().value();
    REQUIRE(emulation->services().size() == 2);
    CHECK(emulation->services()[0]->endpoint() != emulation->services()[1]->endpoint());

    config::EmulatorRequest request;
    request.mutable_status();
    auto reply = ask(config.control_endpoint(), request);
    CHECK(reply.ok());
    REQUIRE(reply.device_size() == 2);
    CHECK(reply.device(1).name() == "b");
    CHECK(reply.device(1).kind() == "sis3316");
    CHECK(reply.device(1).endpoint() == emulation->services()[1]->endpoint());
    CHECK(reply.device(1).statistic_size() > 10);

    request.set_device("b");
    request.mutable_power()->set_action(config::EmulatorRequest::Power::OFF);
    reply = ask(config.control_endpoint(), request);
    REQUIRE(reply.device_size() == 1);
    CHECK_FALSE(reply.device(0).powered());
    request.mutable_power()->set_action(config::EmulatorRequest::Power::CYCLE);
    CHECK(ask(config.control_endpoint(), request).device(0).powered());

    for (const auto& set : std::vector<std::function<void()>>{
             [&] { request.set_clock_step_ticks(-5); }, [&] { request.set_timestamp_preset(7); },
             [&] { request.set_lost_grant(true); }, [&] { request.mutable_fill_banks(); },
             [&] { request.mutable_faults()->set_drop_fraction(0.5); }}) {
        set();
        CHECK(ask(config.control_endpoint(), request).ok());
    }

    request.set_device("c");
    reply = ask(config.control_endpoint(), request);
    CHECK_FALSE(reply.ok());
    CHECK(reply.error().find("'c'") != std::string::npos);
    request.clear_device();
    request.clear_action();
    CHECK_FALSE(ask(config.control_endpoint(), request).ok());

    emulation->stop().value();
    std::ifstream ledger(folder.path + "/a.csv");
    std::string line;
    CHECK(std::getline(ledger, line).good());
    CHECK(line == "channel,timestamp,words,bank,crc32c,fate");
}

TEST_CASE("a port that is taken is named") {
    const Folder folder;
    config::Emulator config;
    config.set_name("one");
    config.set_control_endpoint("ipc://" + folder.path + "/emulator");
    *config.add_module() = pattern_module();
    auto first = Emulation::create(config).value();
    first->start().value();
    const std::string endpoint = first->services()[0]->endpoint();
    config.mutable_module(0)->mutable_sis3316()->set_port(
        static_cast<std::uint32_t>(std::stoul(endpoint.substr(endpoint.find(':') + 1))));
    auto second = Emulation::create(config).value();
    const auto status = second->start();
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().kind == proto::ErrorKind::IO);
    CHECK(status.error().message.find(endpoint) != std::string::npos);
}
