// The emulated VX27xx as a client of its sockets sees it, byte by byte.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "hw/emulator/dig2/dig2_device.hpp"
#include "hw/emulator/emulation.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

config::EmulatedModule pattern_module() {
    config::EmulatedModule module;
    module.set_name("veto");
    module.mutable_dig2()->set_channels(4);
    module.mutable_board()->set_id(1);
    module.mutable_board()->set_sample_rate_mhz(125);
    module.mutable_board()->set_bits(16);
    module.mutable_pattern()->set_trigger_hz(100);
    return module;
}

class Client {
  public:
    explicit Client(const std::string& endpoint) : socket_(io_) { connect(socket_, port_of(endpoint)); }

    static std::uint16_t port_of(const std::string& endpoint) {
        return static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.find(':') + 1)));
    }
    static void connect(tcp::socket& socket, std::uint16_t port) {
        socket.connect({asio::ip::make_address("127.0.0.1"), port});
    }
    void send(std::uint64_t size, const std::string& text) {
        std::string frame(32, '\0');
        for (unsigned i = 0; i < 8; ++i)
            frame[i] = static_cast<char>(size >> (56 - 8 * i));
        asio::write(socket_, asio::buffer(frame + text));
    }
    std::string receive() {
        std::array<unsigned char, 32> header{};
        asio::read(socket_, asio::buffer(header));
        std::size_t size = 0;
        for (unsigned i = 0; i < 8; ++i)
            size = size << 8 | header[i];
        for (unsigned i = 8; i < 32; ++i)
            CHECK(header[i] == 0);
        std::string text(size, '\0');
        asio::read(socket_, asio::buffer(text));
        return text;
    }
    boost::json::value ask(const std::string& text) {
        send(text.size(), text);
        return boost::json::parse(receive());
    }
    boost::json::value ask(const std::string& command, const std::string& query,
                           const std::string& value = "") {
        return ask(R"({"cmd":")" + command + R"(","handle":)" + handle + R"(,"query":")" + query +
                   R"(","value":")" + value + R"("})");
    }
    bool is_closed() {
        boost::system::error_code code;
        std::array<char, 1> byte{};
        asio::read(socket_, asio::buffer(byte), code);
        return code == asio::error::eof || code == asio::error::connection_reset;
    }

    std::string handle = "0";

  private:
    asio::io_context io_;
    tcp::socket socket_;
};

}  // namespace

TEST_CASE("a run by hand: connect, clear, arm, start, an event, stop", "[dig2][integration]") {
    auto device = make_dig2_device(pattern_module()).value();
    REQUIRE(device->start());
    Client client(device->endpoint());
    auto reply = client.ask(R"({"cmd":"connect","handle":6911855,"query":"","value":"client"})");
    REQUIRE(reply.at("result") == true);
    client.handle = std::string(reply.at("value").as_array().at(0).as_string());
    CHECK(client.ask("getValue", "/par/FwType").at("value").as_array().at(0) == "Scope");
    CHECK(client.ask("setValue", "/par/acqtriggersource", "TrgIn").at("result") == true);
    CHECK(client.ask("setValue", "/par/recordlengths", "64").at("result") == true);
    const std::string port(
        client.ask("getValue", "/endpoint/raw/port").at("value").as_array().at(0).as_string());

    asio::io_context io;
    tcp::socket data(io);
    Client::connect(data, static_cast<std::uint16_t>(std::stoul(port)));
    std::array<unsigned char, 32> header{};
    asio::read(data, asio::buffer(header));
    CHECK(header == std::array<unsigned char, 32>{});  // cleared
    CHECK(client.ask("sendCommand", "/cmd/swstartacquisition").at("result") == false);
    CHECK(client.ask("sendCommand", "/cmd/armacquisition").at("flag") == "ARM");
    asio::read(data, asio::buffer(header));
    CHECK(header == std::array<unsigned char, 32>{});
    CHECK(client.ask("sendCommand", "/cmd/swstartacquisition").at("result") == true);

    asio::read(data, asio::buffer(header));
    CHECK(header[7] == 4 * 8);  // the start event's four words
    CHECK(header[11] == 1);
    CHECK(header[12] == 1);
    std::array<unsigned char, 32> start{};
    asio::read(data, asio::buffer(start));
    CHECK(start[0] == 0x30);
    CHECK(start[15] == 64);
    CHECK(start[23] == 0b1111);
    asio::read(data, asio::buffer(header));
    const std::size_t size = std::size_t{header[6]} * 256 + header[7];
    REQUIRE(size == std::size_t{8} * (3 + 4 * 64 / 4));
    std::vector<unsigned char> event(size);
    asio::read(data, asio::buffer(event));
    CHECK(event[0] == 0x10);
    CHECK(event[7] == 3 + 64);
    CHECK(event[23] == 0b1111);

    CHECK(client.ask("sendCommand", "/cmd/disarmacquisition").at("flag") == "DISARM");
    CHECK(device->stop());
}

TEST_CASE("one client has the module until it goes, nonsense ends a connection", "[dig2][integration]") {
    auto device = make_dig2_device(pattern_module()).value();
    REQUIRE(device->start());
    const std::string hello = R"({"cmd":"connect","handle":0,"query":"","value":"client"})";
    Client first(device->endpoint());
    CHECK(first.ask(hello).at("result") == true);
    {
        Client second(device->endpoint());
        CHECK(second.ask(hello).at("result") == false);
        CHECK(second.ask(R"({"cmd":"connect","handle":0,"query":"","value":"monitor"})").at("result") ==
              true);
        second.send(std::uint64_t{1} << 40, "x");
        CHECK(second.is_closed());
    }
    first.send(0, "");
    CHECK(first.is_closed());
    device->power(false);
    CHECK_FALSE(device->powered());
    device->power(true);
    CHECK(device->powered());
    Client third(device->endpoint());
    CHECK(third.ask(hello).at("result") == true);
    CHECK(device->stop());
}

TEST_CASE("a dig2 module of a configuration becomes a VX27xx", "[dig2]") {
    const auto device = make_device(pattern_module());
    REQUIRE(device.has_value());
    CHECK((*device)->kind() == "dig2");
    CHECK((*device)->name() == "veto");
    auto module = pattern_module();
    module.mutable_dig2()->set_channels(65);
    const auto refused = make_device(module);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("dig2.channels 65") != std::string::npos);
}

}  // namespace spillgate::hw::emulator::dig2
