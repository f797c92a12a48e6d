#include "hw/dig2/protocol.hpp"

#include <random>

#include <catch2/catch.hpp>

namespace spillgate::hw::dig2 {

using proto::ErrorKind;

namespace {

std::array<std::uint8_t, header_bytes> header(std::uint64_t size, std::uint8_t version = 0) {
    std::array<std::uint8_t, header_bytes> bytes{};
    for (unsigned i = 0; i < 8; ++i)
        bytes[i] = static_cast<std::uint8_t>(size >> (56 - 8 * i));
    bytes[8] = version;
    return bytes;
}

}  // namespace

TEST_CASE("a request is a header of 32 bytes and JSON text", "[dig2]") {
    const std::string frame = request_frame({"getValue", 0x1234, "/par/numch", ""});
    const std::string text = R"({"cmd":"getValue","handle":4660,"query":"/par/numch","value":""})";
    REQUIRE(frame.size() == header_bytes + text.size());
    for (std::size_t i = 0; i < 7; ++i)
        CHECK(frame[i] == '\0');
    CHECK(static_cast<std::uint8_t>(frame[7]) == text.size());
    for (std::size_t i = 8; i < header_bytes; ++i)
        CHECK(frame[i] == '\0');
    CHECK(frame.substr(header_bytes) == text);
}

TEST_CASE("a reply's size is bounded before anything is read", "[dig2]") {
    CHECK(reply_size(header(17)).value() == 17);
    CHECK(reply_size(header(reply_bytes_max)).has_value());
    CHECK(reply_size(header(0)).error().kind == ErrorKind::CORRUPT);
    CHECK(reply_size(header(reply_bytes_max + 1)).error().kind == ErrorKind::CORRUPT);
    CHECK(reply_size(header(~std::uint64_t{0})).error().kind == ErrorKind::CORRUPT);
    CHECK(reply_size(header(17, 1)).error().kind == ErrorKind::CORRUPT);
}

TEST_CASE("replies are read with flag and values, null as absent", "[dig2]") {
    const auto arm =
        parse_reply(R"({"cmd":"sendCommand","flag":"ARM","result":true,"value":null})", "sendCommand");
    REQUIRE(arm.has_value());
    CHECK(arm->result);
    CHECK(arm->flag == "ARM");
    CHECK(arm->values.empty());
    const auto connect =
        parse_reply(R"({"cmd":"connect","flag":null,"result":true,"value":["64","10402"]})", "connect");
    REQUIRE(connect.has_value());
    CHECK(connect->flag.empty());
    CHECK(connect->values == std::vector<std::string>{"64", "10402"});
    const auto no = parse_reply(R"({"cmd":"setValue","result":false,"value":["not allowed"]})", "setValue");
    REQUIRE(no.has_value());
    CHECK_FALSE(no->result);
}

TEST_CASE("replies that are not of the protocol are corrupt", "[dig2]") {
    for (const std::string text :
         {"", "{", "[]", "null", "{}", R"({"cmd":"getValue"})", R"({"cmd":"getPath","result":true})",
          R"({"cmd":1,"result":true})", R"({"cmd":"getValue","result":"true"})",
          R"({"cmd":"getValue","result":true,"value":"x"})",
          R"({"cmd":"getValue","result":true,"value":[1]})",
          R"({"cmd":"getValue","result":true,"flag":7})"}) {
        INFO(text);
        const auto reply = parse_reply(text, "getValue");
        REQUIRE_FALSE(reply.has_value());
        CHECK(reply.error().kind == ErrorKind::CORRUPT);
    }
    CHECK_FALSE(parse_reply(std::string(100000, '['), "getValue").has_value());
}

TEST_CASE("random bytes are never taken for a reply", "[dig2][property]") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::string whole = R"({"cmd":"getValue","flag":null,"result":true,"value":["7"]})";
    for (int i = 0; i < 2000; ++i) {
        std::string text = whole;
        text[random() % text.size()] = static_cast<char>(random());
        const auto reply = parse_reply(text.substr(0, random() % (text.size() + 1)), "getValue");
        if (reply) CHECK(reply->values.size() <= 1);
    }
}

TEST_CASE("a block's header has size, events and whether the last one is whole", "[dig2]") {
    auto bytes = header(0x0102030405060708);
    bytes[8] = 0;
    bytes[11] = 5;
    bytes[12] = 1;
    const auto block = parse_block_header(bytes);
    CHECK(block.bytes == 0x0102030405060708);
    CHECK(block.events == 5);
    CHECK(block.aligned);
}

}  // namespace spillgate::hw::dig2
