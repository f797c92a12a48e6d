#include "tests/hw/emulator/sis3316/plain_client.hpp"

#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::test {

namespace {

void append(Bytes& bytes, std::uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<std::uint8_t>(word >> shift));
}

std::uint32_t word_at(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16) |
           static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

}  // namespace

Bytes bytes_of(const std::string& hex) {
    std::string digits;
    for (const char c : hex)
        if (c != ' ') digits += c;
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

config::EmulatedModule pattern_module(double trigger_hz) {
    config::EmulatedModule module;
    module.set_name("digitizer");
    module.mutable_sis3316()->set_paced(false);
    module.mutable_board()->set_id(0);
    module.mutable_board()->set_sample_rate_mhz(250);
    module.mutable_board()->set_bits(14);
    module.mutable_pattern()->set_trigger_hz(trigger_hz);
    return module;
}

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < deadline) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

PlainClient::PlainClient(const std::string& endpoint, bool legacy)
    : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), legacy_(legacy) {
    const auto colon = endpoint.find(':');
    module_.sin_family = AF_INET;
    module_.sin_port = htons(static_cast<std::uint16_t>(std::stoul(endpoint.substr(colon + 1))));
    REQUIRE(::inet_pton(AF_INET, endpoint.substr(0, colon).c_str(), &module_.sin_addr) == 1);
    const int buffer = 8 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
}

PlainClient::~PlainClient() {
    ::close(socket_);
}

void PlainClient::send(const Bytes& bytes) {
    REQUIRE(::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&module_),
                     sizeof module_) == static_cast<ssize_t>(bytes.size()));
}

std::optional<Bytes> PlainClient::receive(std::chrono::milliseconds timeout) {
    pollfd wanted{socket_, POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(timeout.count())) != 1) return std::nullopt;
    Bytes bytes(10000);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n =
        ::recvfrom(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    REQUIRE(n >= 0);
    REQUIRE(from.sin_port == module_.sin_port);
    bytes.resize(static_cast<std::size_t>(n));
    return bytes;
}

bool PlainClient::is_silent() {
    // Requests are answered in order: what this answer overtakes would have come before.
    send(bytes_of(legacy_ ? "10 1C000000" : "10 EE 1C000000"));
    const auto answer = receive();
    return answer && (*answer)[0] == 0x10 && (legacy_ || (*answer)[1] == 0xEE);
}

Bytes PlainClient::ask(const Bytes& bytes) {
    send(bytes);
    const auto answer = receive();
    REQUIRE(answer.has_value());
    return *answer;
}

Bytes PlainClient::head(std::uint8_t command, std::uint32_t count) {
    Bytes bytes{command};
    if (!legacy_) bytes.push_back(++id_);
    bytes.push_back(static_cast<std::uint8_t>(count - 1));
    bytes.push_back(static_cast<std::uint8_t>((count - 1) >> 8));
    return bytes;
}

std::uint32_t PlainClient::read_link(std::uint32_t address) {
    Bytes request{0x10};
    if (!legacy_) request.push_back(++id_);
    append(request, address);
    const Bytes answer = ask(request);
    REQUIRE(answer.size() == (legacy_ ? 9u : 10u));
    return word_at(answer, legacy_ ? 5 : 6);
}

void PlainClient::write_link(std::uint32_t address, std::uint32_t value) {
    Bytes request{0x11};
    append(request, address);
    append(request, value);
    send(request);
}

std::vector<std::uint32_t> PlainClient::read_all(const std::vector<std::uint32_t>& addresses) {
    Bytes request = head(0x20, static_cast<std::uint32_t>(addresses.size()));
    for (const std::uint32_t address : addresses)
        append(request, address);
    const Bytes answer = ask(request);
    REQUIRE(answer.size() == answer_head() + 4 * addresses.size());
    status_ = answer[answer_head() - 1];
    std::vector<std::uint32_t> values;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        values.push_back(word_at(answer, answer_head() + 4 * i));
    return values;
}

void PlainClient::write_all(const std::vector<Register>& registers) {
    Bytes request = head(0x21, static_cast<std::uint32_t>(registers.size()));
    for (const auto& [address, value] : registers) {
        append(request, address);
        append(request, value);
    }
    const Bytes answer = ask(request);
    REQUIRE(answer.size() == answer_head());
    status_ = answer.back();
}

std::vector<std::uint32_t> PlainClient::fifo(unsigned group, std::uint32_t count) {
    Bytes request = head(0x30, count);
    append(request, 0x100000 * (group + 1));
    send(request);
    std::vector<std::uint32_t> words;
    for (unsigned packet = 0; words.size() < count; ++packet) {
        const auto answer = receive();
        REQUIRE(answer.has_value());
        REQUIRE((*answer)[0] == 0x30);
        status_ = (*answer)[answer_head() - 1];
        REQUIRE((status_ & 0xF) == packet % 16);
        for (std::size_t at = answer_head(); at < answer->size(); at += 4)
            words.push_back(word_at(*answer, at));
    }
    return words;
}

void PlainClient::take_grant() {
    write_link(0x10, 1);
    REQUIRE((read_link(0x10) >> 20 & 1) == 1);
}

std::vector<std::uint32_t> PlainClient::read_bank(unsigned channel, unsigned bank) {
    const unsigned group = channel / 4;
    const unsigned c = channel % 4;
    std::uint32_t previous = 0;
    REQUIRE(eventually([&] {
        previous = read(0x1000 * (group + 1) + 0x120 + 4 * c);
        return (previous >> 24 & 1) == bank;
    }));
    REQUIRE((previous >> 25 & 1) == (c & 1));
    const std::uint32_t count = previous & 0xFFFFFF;
    if (count == 0) return {};
    write(0x80 + 4 * group, 0);
    write(0x80 + 4 * group, 0x80000000 | (c >> 1) << 28 | (c & 1) << 25 | bank << 24);
    std::vector<std::uint32_t> words;
    while (words.size() < count) {
        const auto part =
            fifo(group, std::min<std::uint32_t>(20 * 360, count - static_cast<std::uint32_t>(words.size())));
        REQUIRE((status_ & 0x20) == 0);
        words.insert(words.end(), part.begin(), part.end());
    }
    write(0x80 + 4 * group, 0);
    return words;
}

}  // namespace spillgate::test
