// The test vectors of the wire specification, byte for byte, in both generations of the protocol.
#include <catch2/catch.hpp>

#include "hw/emulator/sis3316/emulated_sis3316.hpp"
#include "tests/hw/emulator/sis3316/plain_client.hpp"

using namespace spillgate;
using namespace spillgate::test;
using hw::emulator::sis3316::EmulatedSis3316;

namespace {

// Channel 0 is recorded by key triggers: events of `raw_words` + 3 words, in bank 2.
void store_one_event(PlainClient& client, std::uint32_t raw_words) {
    client.press(0x400);
    client.write_all({{0x100C, 0x01000000},
                      {0x1010, 0x8},
                      {0x101C, 2 * raw_words - 2},
                      {0x1020, 2 * raw_words << 16},
                      {0x60, 0x100}});
    client.press(0x424);
    client.press(0x418);
    REQUIRE(eventually([&] { return (client.read(0x1110) & 0xFFFFFF) == raw_words + 3; }));
}

// So that the next answer has its counter bit set, as in the vectors.
void level_counter_bit(PlainClient& client) {
    if ((client.status() & 0x80) != 0) client.read(0x20);
}

}  // namespace

TEST_CASE("the vectors of the protocol with identifiers are answered byte for byte") {
    auto device = EmulatedSis3316::create(pattern_module()).value();
    device->start().value();
    PlainClient client(device->endpoint());

    CHECK(client.ask(bytes_of("10 00 04000000")) == bytes_of("10 00 04000000 10201633"));
    client.send(bytes_of("11 10000000 01000000"));
    CHECK(client.ask(bytes_of("10 00 10000000")) == bytes_of("10 00 10000000 01001100"));
    CHECK(client.ask(bytes_of("20 01 0000 10100000")) == bytes_of("20 01 80 00000000"));
    CHECK(client.ask(bytes_of("21 02 0000 10100000 04000000")) == bytes_of("21 02 00"));
    CHECK(client.ask(bytes_of("20 03 0000 10100000")) == bytes_of("20 03 80 04000000"));

    store_one_event(client, 12);
    level_counter_bit(client);
    CHECK(client.ask(bytes_of("21 48 0000 20040000 00000000")) == bytes_of("21 48 80"));
    CHECK(client.ask(bytes_of("20 63 0000 20110000")) == bytes_of("20 63 00 0F000001"));
    CHECK(client.ask(bytes_of("21 76 0000 80000000 00000081")) == bytes_of("21 76 80"));

    store_one_event(client, 6048);
    client.press(0x420);
    level_counter_bit(client);
    CHECK(client.ask(bytes_of("21 76 0000 80000000 00000081")) == bytes_of("21 76 80"));
    client.send(bytes_of("30 77 A217 00001000"));
    for (unsigned packet = 0; packet < 17; ++packet) {
        const auto answer = client.receive();
        REQUIRE(answer.has_value());
        CHECK(answer->size() == (packet < 16 ? 1443 : 1167));
        CHECK((*answer)[0] == 0x30);
        CHECK((*answer)[1] == 0x77);
        CHECK((*answer)[2] == packet % 16);
    }
    CHECK(client.is_silent());

    // I²C START, 0xAA, 0x89, 0x10, STOP; each is acknowledged by the oscillator.
    for (const char* command : {"00020000", "AA100000", "89100000", "10100000"})
        client.ask(bytes_of(std::string("21 63 0000 40000000 ") + command));
    CHECK(client.read(0x40) == 0x100);
    client.ask(bytes_of("21 63 0000 40000000 00080000"));

    client.send(bytes_of("110800000010000000"));
    CHECK(client.read_link(0x08) == 0x10);
}

TEST_CASE("a module of old firmware is answered without identifiers") {
    auto config = pattern_module();
    config.mutable_sis3316()->set_firmware(0x2007);
    auto device = EmulatedSis3316::create(config).value();
    device->start().value();
    PlainClient client(device->endpoint(), true);

    CHECK(client.ask(bytes_of("10 04000000")) == bytes_of("10 04000000 07201633"));
    client.send(bytes_of("11 10000000 01000000"));
    CHECK(client.ask(bytes_of("10 10000000")) == bytes_of("10 10000000 01001100"));
    CHECK(client.ask(bytes_of("20 0000 10100000")) == bytes_of("20 80 00000000"));
    CHECK(client.ask(bytes_of("21 0000 10100000 04000000")) == bytes_of("21 00"));
    store_one_event(client, 12);
    level_counter_bit(client);
    CHECK(client.ask(bytes_of("21 0000 20040000 00000000")) == bytes_of("21 80"));
    CHECK(client.ask(bytes_of("20 0000 20110000")) == bytes_of("20 00 0F000001"));
    CHECK(client.ask(bytes_of("21 0000 80000000 00000081")) == bytes_of("21 80"));
    const Bytes words = client.ask(bytes_of("30 0E00 00001000"));
    CHECK(words.size() == 2 + 15 * 4);
    CHECK(words[1] == 0);

    // Neither a request of the new protocol nor the repetition that it brought.
    client.send(bytes_of("10 00 04000000"));
    client.send(bytes_of("EE"));
    CHECK(client.is_silent());
}
