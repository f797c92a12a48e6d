#include "hw/emulator/sis3316/datagram.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint32_t most_registers = 64;
constexpr std::uint32_t most_fifo_writes = 256;

bool known(Command command, Generation generation) {
    switch (command) {
        case Command::READ_LINK:
        case Command::WRITE_LINK:
        case Command::READ:
        case Command::WRITE:
        case Command::READ_FIFO:
        case Command::WRITE_FIFO:
        case Command::RESET:
            return true;
        case Command::REPEAT:
            return generation == Generation::WITH_IDENTIFIER;
    }
    return false;
}

bool counted(Command command) {
    return command == Command::READ || command == Command::WRITE || command == Command::READ_FIFO ||
           command == Command::WRITE_FIFO;
}

bool length_fits(const Request& request) {
    const std::size_t size = request.body.size();
    const std::size_t n = request.count;
    switch (request.command) {
        case Command::READ_LINK:
            return size == 4;
        case Command::WRITE_LINK:
            return size == 8;
        case Command::READ:
            return n <= most_registers && size == 4 * n;
        case Command::WRITE:
            return n <= most_registers && size == 8 * n;
        case Command::READ_FIFO:
            return size == 4;
        case Command::WRITE_FIFO:
            return n <= most_fifo_writes && size == 4 + 4 * n;
        case Command::REPEAT:
        case Command::RESET:
            return size == 0;
    }
    return false;
}

}  // namespace

std::uint32_t Request::word(std::size_t index) const {
    const std::uint8_t* at = body.data() + 4 * index;
    return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
           static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
}

Request parse(std::span<const std::uint8_t> datagram, Generation generation) {
    Request request;
    request.form = Request::Form::UNKNOWN_COMMAND;
    if (datagram.empty()) return request;
    request.command = static_cast<Command>(datagram[0]);
    if (!known(request.command, generation)) return request;
    const bool has_id = generation == Generation::WITH_IDENTIFIER &&
                        (request.command == Command::READ_LINK || counted(request.command));
    std::size_t head = has_id ? 2 : 1;
    const std::size_t count_at = head;
    if (counted(request.command)) head += 2;
    request.form = Request::Form::NO_HEADER;
    if (datagram.size() < head) return request;
    if (has_id) request.id = datagram[1];
    if (counted(request.command)) request.count = 1u + datagram[count_at] + 256u * datagram[count_at + 1];
    request.body = datagram.subspan(head);
    request.form = length_fits(request) ? Request::Form::GOOD : Request::Form::WRONG_LENGTH;
    return request;
}

AnswerHead answer_head(const Request& request, Generation generation, std::uint8_t status) {
    AnswerHead head;
    head.bytes[head.size++] = static_cast<std::uint8_t>(request.command);
    if (generation == Generation::WITH_IDENTIFIER) head.bytes[head.size++] = request.id;
    if (request.command != Command::READ_LINK) head.bytes[head.size++] = status;
    return head;
}

}  // namespace spillgate::hw::emulator::sis3316
