// Bytes of the emulated VX27xx beside those of CAEN's description, written out.
#include "hw/emulator/dig2/event_bytes.hpp"

#include <catch2/catch.hpp>

#include "hw/emulator/dig2/outbox.hpp"

namespace spillgate::hw::emulator::dig2 {

namespace {

Bytes words(const std::vector<std::uint64_t>& list) {
    Bytes bytes;
    for (const std::uint64_t word : list)
        put_word(bytes, word);
    return bytes;
}

}  // namespace

TEST_CASE("words are big-endian", "[dig2]") {
    CHECK(words({0x0102030405060708}) == Bytes{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("a scope event has three header words and its channels' samples in turn", "[dig2]") {
    Bytes bytes;
    const std::vector<std::uint16_t> samples{1,    2,    3,    4,    5,    6,    7,    8,
                                             0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18};
    put_scope_event(
        bytes, {.board_fail = true, .trigger_id = 0x1ABCDEF, .stamp = 0x1000200030004, .channels = 0b1001},
        samples, 8);
    CHECK(bytes == words({0x11ABCDEF00000007, 0x0000000200030004, 0x0000000000000009, 0x0004000300020001,
                          0x0014001300120011, 0x0008000700060005, 0x0018001700160015}));
}

TEST_CASE("a DPP-PSD hit has stamp, energies, probe and samples of 14 or 16 bits", "[dig2]") {
    Bytes bytes;
    const std::vector<std::uint16_t> samples{0x0001, 0x3FFF, 0x0002, 0x0003};
    put_psd_hit(bytes,
                {.channel = 5,
                 .stamp = 0x123456789ABC,
                 .energy = 0xBEEF,
                 .energy_short = 0x1234,
                 .fine = 0x155,
                 .flags_high = 0x10},
                samples);
    const std::uint64_t second = std::uint64_t{1} << 62 | std::uint64_t{0x10} << 42 |
                                 std::uint64_t{0x1234} << 26 | std::uint64_t{0x155} << 16 | 0xBEEF;
    CHECK(bytes ==
          words({0x0500123456789ABC, second, 0x8000000000000000, 2, 0x00003FFF00000001, 0x0000000300000002}));
    bytes.clear();
    put_psd_hit(bytes, {.wide = true}, samples);
    CHECK(bytes == words({0, std::uint64_t{1} << 62, 0x8000000000000005, 1, 0x000300023FFF0001}));
}

TEST_CASE("statistics, aggregates and special events are as described", "[dig2]") {
    Bytes bytes;
    put_psd_statistics(bytes, 3, 99, 1234, 50, 48);
    CHECK(bytes == words({0x0380000000000063, 0, 0x10000000000004D2, 0xA000000032000030}));
    Bytes aggregate;
    put_aggregate(aggregate, 0x42, bytes);
    CHECK(aggregate.size() == bytes.size() + 8);
    CHECK(Bytes(aggregate.begin(), aggregate.begin() + 8) == words({0x2000004200000005}));
    bytes.clear();
    put_start_event(bytes, 1024, 0x180000001);
    CHECK(bytes == words({0x3000000300000004, 0x0200000000000400, 0x0100000080000001, 0x0100000000000001}));
    bytes.clear();
    put_stop_event(bytes, 777, 88);
    CHECK(bytes == words({0x3200000200000003, 777, 0x0100000000000058}));
    bytes.clear();
    put_time_event(bytes, 4242);
    CHECK(bytes == words({0x4000000000000002, 4242}));
}

TEST_CASE("a block's header is 32 bytes: size, events, whole or not", "[dig2]") {
    Bytes expected = words({0x0102030405060708, 0x0000000501000000});
    expected.resize(32);
    CHECK(block_header(0x0102030405060708, 5, true) == expected);
}

TEST_CASE("an outbox cuts long blocks in pieces and says which is the last", "[dig2]") {
    Outbox outbox(1000);
    outbox.put(Bytes(100, 7), 3, 40);
    const std::vector<std::tuple<std::size_t, int, int>> expected{{40, 0, 0}, {40, 0, 0}, {20, 3, 1}};
    for (const auto& [size, events, aligned] : expected) {
        REQUIRE_FALSE(outbox.empty());
        CHECK(outbox.front().size() == 32 + size);
        CHECK(outbox.front()[7] == size);
        CHECK(outbox.front()[11] == events);
        CHECK(outbox.front()[12] == aligned);
        outbox.pop();
    }
    CHECK(outbox.empty());
}

TEST_CASE("a full outbox says so until it is emptied, clearing leaves the mark alone", "[dig2]") {
    Outbox outbox(100);
    CHECK_FALSE(outbox.full());
    outbox.put(Bytes(80), 1, 1000);
    CHECK(outbox.full());
    outbox.clear();
    CHECK_FALSE(outbox.full());
    CHECK(outbox.front() == Bytes(32));
    outbox.clear();
    outbox.pop();
    CHECK(outbox.empty());
    outbox.put(Bytes(8), 1, 1000);
    outbox.stuff();
    CHECK(outbox.full());
    outbox.pop();
    CHECK_FALSE(outbox.full());
}

}  // namespace spillgate::hw::emulator::dig2
