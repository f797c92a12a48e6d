// Requests as they come over UDP and the heads of their answers (UDP addendum V106, "UDP commands").
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace spillgate::hw::emulator::sis3316 {

enum class Command : std::uint8_t {
    READ_LINK = 0x10,
    WRITE_LINK = 0x11,  // not answered
    READ = 0x20,
    WRITE = 0x21,
    READ_FIFO = 0x30,
    WRITE_FIFO = 0x31,
    REPEAT = 0xEE,  // not of the legacy protocol
    RESET = 0xFF,   // not answered
};

enum class Generation : std::uint8_t {
    WITH_IDENTIFIER,  // VME-FPGA firmware from 0x2008 on
    LEGACY,
};

// Status byte of an answer.
inline constexpr std::uint8_t status_counter = 0x80;  // toggles with every request
inline constexpr std::uint8_t status_protocol_error = 0x40;
inline constexpr std::uint8_t status_access_timeout = 0x20;
inline constexpr std::uint8_t status_no_grant = 0x10;

struct Request {
    enum class Form : std::uint8_t {
        GOOD,
        UNKNOWN_COMMAND,
        NO_HEADER,     // too short to be answered
        WRONG_LENGTH,  // the header says something else
    };
    Form form = Form::GOOD;
    Command command{};
    std::uint8_t id = 0;
    std::uint32_t count = 0;             // words or registers
    std::span<const std::uint8_t> body;  // addresses and data, after the header

    std::uint32_t word(std::size_t index) const;  // little-endian, of the body
};

Request parse(std::span<const std::uint8_t> datagram, Generation generation);

inline void put_word(std::uint32_t value, std::uint8_t* out) {
    out[0] = static_cast<std::uint8_t>(value);
    out[1] = static_cast<std::uint8_t>(value >> 8);
    out[2] = static_cast<std::uint8_t>(value >> 16);
    out[3] = static_cast<std::uint8_t>(value >> 24);
}

// What comes before an answer's data: command, identifier (not legacy), status (not of READ_LINK).
struct AnswerHead {
    std::array<std::uint8_t, 3> bytes{};
    std::uint8_t size = 0;
};
AnswerHead answer_head(const Request& request, Generation generation, std::uint8_t status);

}  // namespace spillgate::hw::emulator::sis3316
