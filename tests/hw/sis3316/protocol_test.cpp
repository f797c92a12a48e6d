#include "hw/sis3316/protocol.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "tests/hw/sis3316/hex.hpp"

using namespace spillgate::hw::sis3316;
using namespace spillgate::hw::testing;

namespace {

constexpr auto with_id = Generation::WITH_IDENTIFIER;
constexpr auto legacy = Generation::LEGACY;

std::string sent(const Request& request) {
    return hex_of(request.bytes());
}

Answer answer_to(Command command, std::uint8_t id, std::string_view hex, std::size_t words = 0,
                 std::uint32_t address = 0, Generation generation = with_id) {
    static std::vector<std::byte> datagram;  // the answer's words lie in it
    datagram = bytes_of(hex);
    return decode_answer({generation, command, id, address, words}, datagram);
}

}  // namespace

TEST_CASE("SIS3316 requests are byte for byte those of the test vectors") {
    CHECK(sent(encode_read_link(with_id, 0, 0x4)) == plain("10 00 04000000"));
    CHECK(sent(encode_write_link(0x10, 1)) == plain("11 10000000 01000000"));
    CHECK(sent(encode_read_link(with_id, 0, 0x10)) == plain("10 00 10000000"));
    CHECK(sent(encode_read(with_id, 1, std::array{0x1010u})) == plain("20 01 0000 10100000"));
    CHECK(sent(encode_write(with_id, 2, std::array{RegisterWrite{0x1010, 4}})) ==
          plain("21 02 0000 10100000 04000000"));
    CHECK(sent(encode_write(with_id, 0x48, std::array{RegisterWrite{0x420, 0}})) ==
          plain("21 48 0000 20040000 00000000"));
    CHECK(sent(encode_read(with_id, 0x63, std::array{0x1120u})) == plain("20 63 0000 20110000"));
    CHECK(sent(encode_write(with_id, 0x76, std::array{RegisterWrite{0x80, 0x81000000}})) ==
          plain("21 76 0000 80000000 00000081"));
    CHECK(sent(encode_read_fifo(with_id, 0x77, 0x100000, 6051)) == plain("30 77 A217 00001000"));
    CHECK(sent(encode_write(with_id, 0x63, std::array{RegisterWrite{0x40, 0x200}})) ==
          plain("21 63 0000 40000000 00020000"));
    CHECK(sent(encode_write_link(0x08, 0x10)) == plain("110800000010000000"));
    CHECK(sent(encode_read_link(legacy, 0, 0x4)) == plain("10 04000000"));
    CHECK(sent(encode_send_again()) == "ee");
    CHECK(sent(encode_reset()) == "ff");
}

TEST_CASE("legacy SIS3316 requests lack the identifier and nothing else") {
    const std::array writes{RegisterWrite{0x60, 0x500}, RegisterWrite{0x5C, 0x10}};
    CHECK(sent(encode_read(legacy, 9, std::array{0x60u, 0x1120u})) == plain("20 0100 60000000 20110000"));
    CHECK(sent(encode_write(legacy, 9, writes)) == plain("21 0100 60000000 00050000 5c000000 10000000"));
    CHECK(sent(encode_read_fifo(legacy, 9, 0x400000, 65536)) == plain("30 ffff 00004000"));
    CHECK(sent(encode_write_link(0x10, 1)) == plain("11 10000000 01000000"));
}

TEST_CASE("the longest SIS3316 requests fit: 64 registers") {
    std::array<std::uint32_t, most_registers> addresses{};
    std::array<RegisterWrite, most_registers> writes{};
    CHECK(encode_read(with_id, 0, addresses).bytes().size() == 4 + 4 * 64);
    CHECK(encode_write(with_id, 0, writes).bytes().size() == 4 + 8 * 64);
}

TEST_CASE("SIS3316 answers of the test vectors are understood") {
    auto answer = answer_to(Command::READ_LINK, 0, "10 00 04000000 10201633", 1, 0x4);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.word(0) == 0x33162010);
    answer = answer_to(Command::READ_LINK, 0, "10 00 10000000 01001100", 1, 0x10);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.word(0) == 0x00110001);
    answer = answer_to(Command::READ, 1, "20 01 80 00000000", 1);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.status.request_counter);
    CHECK(answer.word(0) == 0);
    CHECK(answer_to(Command::WRITE, 2, "21 02 00").verdict == Verdict::ACCEPTED);
    CHECK(answer_to(Command::WRITE, 0x48, "21 48 80").verdict == Verdict::ACCEPTED);
    answer = answer_to(Command::READ, 0x63, "20 63 00 0F000001", 1);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.word(0) == 0x0100000F);  // 15 words in bank 2
    answer = answer_to(Command::READ_LINK, 0, "10 04000000 10201633", 1, 0x4, legacy);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.word(0) == 0x33162010);
}

TEST_CASE("packets of a FIFO answer carry their counter and 1 to 360 words") {
    auto answer = answer_to(Command::READ_FIFO, 0x77, "30 77 0F 01000000 02000000", 360);
    REQUIRE(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.status.packet == 15);
    CHECK(answer.count() == 2);
    CHECK(answer.word(1) == 2);
    CHECK(answer_to(Command::READ_FIFO, 0x77, "30 77 00", 360).verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ_FIFO, 0x77, "30 77 00 010000", 360).verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ_FIFO, 0x77, "30 77 00 01000000 02000000", 1).verdict == Verdict::TOO_LONG);
    CHECK(answer_to(Command::READ_FIFO, 0x77, "30 78 00 01000000", 360).verdict == Verdict::OTHER_ID);
}

TEST_CASE("the status byte of an SIS3316 answer is told bit by bit") {
    auto answer = answer_to(Command::READ, 7, "20 07 10", 4);
    CHECK(answer.verdict == Verdict::ACCEPTED);  // says why there is nothing
    CHECK(answer.status.no_grant);
    CHECK(answer.count() == 0);
    answer = answer_to(Command::READ, 7, "20 07 20 00000000", 1);
    CHECK(answer.status.access_timeout);
    answer = answer_to(Command::WRITE, 7, "21 07 60");
    CHECK(answer.verdict == Verdict::ACCEPTED);
    CHECK(answer.status.protocol_error);
    CHECK(answer.status.access_timeout);
}

TEST_CASE("answers of a wrong length, command, identifier or address are not accepted") {
    CHECK(answer_to(Command::READ, 1, "").verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ, 1, "20").verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ, 1, "20 01 00", 1).verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ, 1, "20 01 00 000000", 1).verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ, 1, "20 01 00 00000000 00", 1).verdict == Verdict::TOO_LONG);
    CHECK(answer_to(Command::WRITE, 1, "21 01 00 00").verdict == Verdict::TOO_LONG);
    CHECK(answer_to(Command::READ, 1, "21 01 00").verdict == Verdict::OTHER_COMMAND);
    CHECK(answer_to(Command::READ, 1, "20 02 00 00000000", 1).verdict == Verdict::OTHER_ID);
    CHECK(answer_to(Command::READ_LINK, 0, "10 00 08000000 00000000", 1, 0x4).verdict ==
          Verdict::OTHER_ADDRESS);
    CHECK(answer_to(Command::READ_LINK, 0, "10 00 04000000 0000", 1, 0x4).verdict == Verdict::TOO_SHORT);
    CHECK(answer_to(Command::READ_LINK, 0, "10 00 04000000 00000000 00", 1, 0x4).verdict ==
          Verdict::TOO_LONG);
}
