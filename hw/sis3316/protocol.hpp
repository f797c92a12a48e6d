// Requests and answers of the SIS3316's UDP protocol, both generations, byte for byte. Pure functions.
// Source: Struck SIS3316 manual, Ethernet UDP addendum, "request and acknowledge packets". Little-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace spillgate::hw::sis3316 {

// Firmware 0x2008 and newer puts an identifier behind the command byte and can send its last packet again.
enum class Generation : std::uint8_t { WITH_IDENTIFIER, LEGACY };

enum class Command : std::uint8_t {
    READ_LINK = 0x10,
    WRITE_LINK = 0x11,  // never answered
    READ = 0x20,
    WRITE = 0x21,
    READ_FIFO = 0x30,
    SEND_AGAIN = 0xEE,  // the last packet sent; not LEGACY
    RESET = 0xFF,       // of UDP state and error counters; never answered
};

inline constexpr std::size_t most_registers = 64;  // in one request
inline constexpr std::size_t most_fifo_words = 65536;
inline constexpr std::size_t packet_words = 360;
inline constexpr std::size_t jumbo_packet_words = 2048;
inline constexpr std::size_t packet_counts = 16;  // the counter in a FIFO answer has 4 bits

struct RegisterWrite {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
    bool operator==(const RegisterWrite&) const = default;
};

// One datagram to send.
class Request {
  public:
    std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }
    void put_u8(std::uint32_t value) { bytes_[size_++] = static_cast<std::byte>(value); }
    void put_u16(std::uint32_t value);
    void put_u32(std::uint32_t value);

  private:
    std::array<std::byte, 4 + 8 * most_registers> bytes_{};
    std::size_t size_ = 0;
};

Request encode_read_link(Generation generation, std::uint8_t id, std::uint32_t address);
Request encode_write_link(std::uint32_t address, std::uint32_t value);
// 1…64 registers.
Request encode_read(Generation generation, std::uint8_t id, std::span<const std::uint32_t> addresses);
Request encode_write(Generation generation, std::uint8_t id, std::span<const RegisterWrite> writes);
// 1…65536 words.
Request encode_read_fifo(Generation generation, std::uint8_t id, std::uint32_t address, std::size_t words);
Request encode_send_again();
Request encode_reset();

// What a request is to be answered with.
struct Expected {
    Generation generation = Generation::WITH_IDENTIFIER;
    Command command = Command::READ;
    std::uint8_t id = 0;
    std::uint32_t address = 0;  // READ_LINK
    std::size_t words = 0;      // READ: of the answer; READ_FIFO: at most, in one packet
    // LEGACY, which has no identifier: the request counter bit of the answer before this one, if it is known.
    std::optional<bool> previous_counter = std::nullopt;
};

// Status byte of an answer (addendum, "acknowledge status byte").
struct AckStatus {
    bool request_counter = false;  // toggles with each request
    bool protocol_error = false;
    bool access_timeout = false;  // of a read: the words mean nothing. Of a write: no error
    bool no_grant = false;
    std::uint8_t packet = 0;  // of a FIFO answer, modulo 16
};

enum class Verdict : std::uint8_t {
    ACCEPTED,
    TOO_SHORT,
    TOO_LONG,
    OTHER_COMMAND,
    OTHER_ID,       // LEGACY: the request counter bit of the answer before: a late duplicate of it
    OTHER_ADDRESS,  // READ_LINK echoes it
};

struct Answer {
    Verdict verdict = Verdict::TOO_SHORT;
    AckStatus status;
    std::span<const std::byte> words;  // little-endian, a multiple of 4 bytes
    std::size_t count() const { return words.size() / 4; }
    std::uint32_t word(std::size_t index) const;
};

// Judges one datagram. READ_LINK and READ have exactly their words, WRITE none, a FIFO packet 1 … `words`.
// An answer whose status says why there is nothing to read may come without words.
Answer decode_answer(const Expected& expected, std::span<const std::byte> datagram);

}  // namespace spillgate::hw::sis3316
