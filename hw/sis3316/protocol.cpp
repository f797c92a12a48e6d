#include "hw/sis3316/protocol.hpp"

#include <bit>
#include <cstring>

namespace spillgate::hw::sis3316 {

namespace {

static_assert(std::endian::native == std::endian::little, "words are taken from the wire as they are");

Request begin(Command command, Generation generation, std::uint8_t id) {
    Request request;
    request.put_u8(static_cast<std::uint32_t>(command));
    if (generation == Generation::WITH_IDENTIFIER) request.put_u8(id);
    return request;
}

AckStatus status_from(std::uint8_t byte) {
    AckStatus status;
    status.request_counter = (byte & 0x80u) != 0;
    status.protocol_error = (byte & 0x40u) != 0;
    status.access_timeout = (byte & 0x20u) != 0;
    status.no_grant = (byte & 0x10u) != 0;
    status.packet = byte & 0x0Fu;
    return status;
}

}  // namespace

void Request::put_u16(std::uint32_t value) {
    put_u8(value & 0xFFu);
    put_u8(value >> 8 & 0xFFu);
}

void Request::put_u32(std::uint32_t value) {
    put_u16(value & 0xFFFFu);
    put_u16(value >> 16);
}

Request encode_read_link(Generation generation, std::uint8_t id, std::uint32_t address) {
    auto request = begin(Command::READ_LINK, generation, id);
    request.put_u32(address);
    return request;
}

// Without an identifier in either generation.
Request encode_write_link(std::uint32_t address, std::uint32_t value) {
    auto request = begin(Command::WRITE_LINK, Generation::LEGACY, 0);
    request.put_u32(address);
    request.put_u32(value);
    return request;
}

Request encode_read(Generation generation, std::uint8_t id, std::span<const std::uint32_t> addresses) {
    auto request = begin(Command::READ, generation, id);
    request.put_u16(static_cast<std::uint32_t>(addresses.size() - 1));
    for (const auto address : addresses)
        request.put_u32(address);
    return request;
}

Request encode_write(Generation generation, std::uint8_t id, std::span<const RegisterWrite> writes) {
    auto request = begin(Command::WRITE, generation, id);
    request.put_u16(static_cast<std::uint32_t>(writes.size() - 1));
    for (const auto& write : writes) {
        request.put_u32(write.address);
        request.put_u32(write.value);
    }
    return request;
}

Request encode_read_fifo(Generation generation, std::uint8_t id, std::uint32_t address, std::size_t words) {
    auto request = begin(Command::READ_FIFO, generation, id);
    request.put_u16(static_cast<std::uint32_t>(words - 1));
    request.put_u32(address);
    return request;
}

Request encode_send_again() {
    return begin(Command::SEND_AGAIN, Generation::LEGACY, 0);
}

Request encode_reset() {
    return begin(Command::RESET, Generation::LEGACY, 0);
}

std::uint32_t Answer::word(std::size_t index) const {
    std::uint32_t value = 0;
    std::memcpy(&value, words.data() + 4 * index, sizeof value);
    return value;
}

Answer decode_answer(const Expected& expected, std::span<const std::byte> datagram) {
    Answer answer;
    const auto judged = [&](Verdict verdict) {
        answer.verdict = verdict;
        answer.words = {};
        return answer;
    };
    const auto byte = [&](std::size_t at) { return std::to_integer<std::uint8_t>(datagram[at]); };
    const std::size_t behind_id = expected.generation == Generation::WITH_IDENTIFIER ? 2 : 1;
    const std::size_t header = behind_id + (expected.command == Command::READ_LINK ? 4 : 1);
    if (datagram.empty()) return judged(Verdict::TOO_SHORT);
    if (byte(0) != static_cast<std::uint8_t>(expected.command)) return judged(Verdict::OTHER_COMMAND);
    if (datagram.size() < header) return judged(Verdict::TOO_SHORT);
    if (behind_id == 2 && byte(1) != expected.id) return judged(Verdict::OTHER_ID);
    answer.words = datagram.subspan(header);

    if (expected.command == Command::READ_LINK) {
        std::uint32_t address = 0;
        std::memcpy(&address, datagram.data() + behind_id, sizeof address);
        if (answer.words.size() < 4) return judged(Verdict::TOO_SHORT);
        if (answer.words.size() > 4) return judged(Verdict::TOO_LONG);
        if (address != expected.address) return judged(Verdict::OTHER_ADDRESS);
        answer.verdict = Verdict::ACCEPTED;
        return answer;
    }
    answer.status = status_from(byte(behind_id));
    if (expected.previous_counter == answer.status.request_counter) return judged(Verdict::OTHER_ID);
    const bool is_fifo = expected.command == Command::READ_FIFO;
    const std::size_t most = expected.words * 4;
    const bool refused =
        answer.status.protocol_error || answer.status.access_timeout || answer.status.no_grant;
    const bool enough = is_fifo ? answer.words.size() >= 4 : answer.words.size() >= most;
    if (answer.words.size() > most) return judged(Verdict::TOO_LONG);
    if (!enough && !(refused && answer.words.empty())) return judged(Verdict::TOO_SHORT);
    if (answer.words.size() % 4 != 0) return judged(Verdict::TOO_SHORT);
    answer.verdict = Verdict::ACCEPTED;
    return answer;
}

}  // namespace spillgate::hw::sis3316
