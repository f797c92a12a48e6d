// The Ethernet interface: what is answered to what.
#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

std::uint64_t statistic(const EmulatedSis3316& device, const std::string& name) {
    for (const auto& entry : device.statistics())
        if (entry.name == name) return entry.value;
    FAIL("no statistic " << name);
    return 0;
}

std::unique_ptr<EmulatedSis3316> started(const config::EmulatedModule& config = pattern_module()) {
    auto device = EmulatedSis3316::create(config).value();
    device->start().value();
    return device;
}

// Words 0, 1, 2 … in bank 1 of channel 0, by the host; then the FIFO stands at the first.
void fill_memory(PlainClient& client, std::uint32_t count) {
    client.write(0x80, 0);
    client.write(0x80, 0xC0000000);
    for (std::uint32_t first = 0; first < count; first += 64) {
        Bytes request = bytes_of("31 05 3F00 00001000");
        for (std::uint32_t i = first; i < first + 64; ++i)
            for (int shift = 0; shift < 32; shift += 8)
                request.push_back(static_cast<std::uint8_t>(i >> shift));
        const Bytes answer = client.ask(request);
        REQUIRE(answer.size() == 3);
        REQUIRE((answer[2] & 0x7F) == 0);
    }
    client.write(0x80, 0);
    client.write(0x80, 0x80000000);
}

}  // namespace

TEST_CASE("unknown commands and impossible lengths are counted, and at most told of") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.send(bytes_of("77"));
    client.send(bytes_of("00 01 02 03"));
    client.send(bytes_of("10 00 0400"));
    client.send(bytes_of("11 10000000"));
    client.send(bytes_of("20"));
    CHECK(client.is_silent());
    CHECK(statistic(*device, "unknown-commands") == 2);
    // With a whole header the answer can say so: bit 6.
    CHECK(client.ask(bytes_of("20 09 0100 10100000")) == bytes_of("20 09 C0"));
    CHECK(client.ask(bytes_of("21 0A 0000 10100000")) == bytes_of("21 0A 40"));
    CHECK(client.ask(bytes_of("20 0B FFFF 10100000")) == bytes_of("20 0B C0"));
    CHECK(client.ask(bytes_of("30 0C 0000 0000")) == bytes_of("30 0C 40"));
    CHECK(client.ask(Bytes(3000, 0x20)).size() == 3);
    CHECK(statistic(*device, "wrong-lengths") >= 7);
}

TEST_CASE("any identifier is echoed, and the counter bit toggles with every request") {
    const auto device = started();
    PlainClient client(device->endpoint());
    std::uint8_t expected = 0x80;
    for (const int id : {7, 7, 200, 3, 3, 0, 255}) {
        Bytes request = bytes_of("20 00 0000 20000000");
        request[1] = static_cast<std::uint8_t>(id);
        const Bytes answer = client.ask(request);
        CHECK(answer[1] == id);
        CHECK((answer[2] & 0x80) == expected);
        expected ^= 0x80;
    }
}

TEST_CASE("answers go to where the request came from, several clients by turns") {
    const auto device = started();
    PlainClient first(device->endpoint());
    PlainClient second(device->endpoint());
    first.send(bytes_of("10 01 04000000"));
    second.send(bytes_of("10 02 04000000"));
    CHECK((*first.receive())[1] == 1);
    CHECK((*second.receive())[1] == 2);
}

TEST_CASE("without grant nothing is written, ADC registers read as zero, and the status says so") {
    const auto device = started();
    PlainClient client(device->endpoint());
    CHECK(client.read(0x20) == 120);  // VME registers are read always
    CHECK((client.status() & 0x10) != 0);
    CHECK(client.read(0x1100) == 0);
    client.write(0x58, 1);
    CHECK((client.status() & 0x10) != 0);
    client.take_grant();
    CHECK(client.read(0x58) == 0);
    CHECK((client.status() & 0x10) == 0);
    CHECK(client.read(0x1100) == 0x02500007);
    client.write_link(0x10, 0);
    CHECK(client.read_link(0x10) == 0);
    CHECK(client.read(0x1100) == 0);
}

TEST_CASE("a module that another interface holds is taken with the kill bit") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.take_grant();
    device->lose_grant(true).value();
    CHECK(client.read_link(0x10) == 0x00230001);  // both request, the other has it
    client.read(0x1100);
    CHECK((client.status() & 0x10) != 0);
    client.write_link(0x10, 1);
    CHECK((client.read_link(0x10) >> 20 & 1) == 0);
    client.write_link(0x10, 0x80000000);
    client.write_link(0x10, 1);
    CHECK(client.read_link(0x10) == 0x00110001);
    device->lose_grant(true).value();
    device->lose_grant(false).value();
    CHECK(client.read_link(0x10) == 0x00110001);
}

TEST_CASE("the control register sets with one half and clears with the other") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.write_link(0x00, 0x7);
    CHECK(client.read_link(0x00) == 0x7);
    client.write_link(0x00, 0x00020000);
    CHECK(client.read_link(0x00) == 0x5);
    client.write_link(0x00, 0x5);  // read, modified, written back: clears nothing
    CHECK(client.read_link(0x00) == 0x5);
    const std::uint32_t before = client.read_link(0x18);
    CHECK(eventually([&] { return client.read_link(0x18) - before > 1000; }));
    CHECK(client.read_link(0x1C) == 2);
    CHECK(client.read_link(0x14) == 0);
    client.read(0x20);
    CHECK(client.read_link(0x0C) >> 16 == (0x2000u | client.status()));
}

TEST_CASE("FIFO words come in packets of 360, or of 2048, up to 65536 at a time") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.take_grant();
    constexpr std::uint32_t count = 65536;
    fill_memory(client, count);
    for (const bool jumbo : {false, true}) {
        CAPTURE(jumbo);
        client.write_link(0x08, jumbo ? 0x10 : 0);
        client.write(0x80, 0);
        client.write(0x80, 0x80000000);
        client.send(bytes_of("30 07 FFFF 00001000"));
        const std::uint32_t longest = jumbo ? 2048 : 360;
        std::uint32_t words = 0;
        for (std::uint32_t packet = 0; words < count; ++packet) {
            const auto answer = client.receive();
            REQUIRE(answer.has_value());
            REQUIRE(answer->size() == 3 + 4 * std::min(longest, count - words));
            REQUIRE(((*answer)[2] & 0xF) == packet % 16);
            REQUIRE((*answer)[3] == (words & 0xFF));
            REQUIRE((*answer)[4] == (words >> 8 & 0xFF));
            words += static_cast<std::uint32_t>(answer->size() - 3) / 4;
        }
        CHECK(client.is_silent());
    }
    // Reset of the interface: jumbo packets are off.
    client.send(bytes_of("FF"));
    CHECK(client.read_link(0x08) == 0);
}

TEST_CASE("the FIFO's pointer goes on from request to request and begins where it is told") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.take_grant();
    fill_memory(client, 1024);
    CHECK(client.fifo(0, 3) == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(client.fifo(0, 2) == std::vector<std::uint32_t>{3, 4});
    CHECK(client.read(0x80) == 0x80000000);
    CHECK(client.read(0x90) >> 31 == 1);
    client.write(0x80, 0);
    CHECK(client.read(0x90) >> 31 == 0);
    CHECK(client.fifo(0, 1) == std::vector<std::uint32_t>{0});  // not started
    CHECK((client.status() & 0x20) != 0);
    client.write(0x80, 0x80000000 | 1000);
    CHECK(client.fifo(0, 1).front() == 1000);
    // Groups have one each.
    client.write(0x84, 0x80000000);
    CHECK(client.fifo(1, 1).front() == 0);
    CHECK(client.fifo(0, 1).front() == 1001);
    // Past the end: zeros, and bit 5.
    const auto words = client.fifo(0, 30);
    CHECK((client.status() & 0x20) != 0);
    CHECK(words[21] == 1023);
    CHECK(words[22] == 0);
}

TEST_CASE("a repetition is the last packet again, and moves nothing") {
    const auto device = started();
    PlainClient client(device->endpoint());
    client.take_grant();
    client.send(bytes_of("EE"));  // … of the link read before
    CHECK((*client.receive())[0] == 0x10);
    const Bytes answer = client.ask(bytes_of("20 33 0100 20000000 28000000"));
    CHECK(client.ask(bytes_of("EE")) == answer);
    CHECK(client.ask(bytes_of("EE")) == answer);
    fill_memory(client, 1024);
    const Bytes words = client.ask(bytes_of("30 34 0900 00001000"));
    CHECK(client.ask(bytes_of("EE")) == words);
    CHECK(client.fifo(0, 1).front() == 10);
    client.send(bytes_of("30 35 6701 00001000"));  // 360 words: one packet; then one word more
    CHECK(client.receive()->size() == 1443);
    client.send(bytes_of("30 36 6801 00001000"));
    CHECK(client.receive()->size() == 1443);
    const Bytes last = *client.receive();
    CHECK(last.size() == 7);
    CHECK(client.ask(bytes_of("EE")) == last);
    CHECK(statistic(*device, "repeats") == 5);
}

TEST_CASE("paced packets need the wire's time and the gap's") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_paced(true);
    const auto device = started(config);
    PlainClient client(device->endpoint());
    client.take_grant();
    fill_memory(client, 7168);
    client.write_link(0x08, 15);  // 57 μs after each packet
    const auto begin = std::chrono::steady_clock::now();
    CHECK(client.fifo(0, 20 * 360).back() == 0);
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
    // The last ones leave up to 100 μs early.
    CHECK(spent.count() > 20 * (1443 + 66) * 0.008 + 19 * 57 - 100);
}
