#include "tests/data/channel_access_server.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::test {

namespace {

constexpr std::uint16_t minor_version = 13;
constexpr std::size_t header_bytes = 16;
constexpr std::uint16_t sequence_is_valid = 1;
constexpr std::uint32_t use_sender_address = 0xffffffff;
constexpr std::uint16_t type_double = 6;
constexpr std::uint16_t type_time_double = 20;
constexpr std::uint32_t status_normal = 1;
constexpr std::uint32_t status_get_failed = 152;
constexpr std::int64_t epoch_s = 631'152'000;

enum Command : std::uint16_t {
    VERSION = 0,
    EVENT_ADD = 1,
    SEARCH = 6,
    CLEAR_CHANNEL = 12,
    REPEATER_CONFIRM = 17,
    CREATE_CHANNEL = 18,
    ACCESS_RIGHTS = 22,
    ECHO = 23,
    CREATE_CHANNEL_FAILED = 26,
};

template <class Integer>
void put(std::string& bytes, Integer value) {
    for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
}

std::uint32_t get(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

int open_socket(int type, std::uint16_t& port) {
    const int made = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (made < 0 || ::bind(made, generic, length) != 0 || ::getsockname(made, generic, &length) != 0)
        throw std::runtime_error("the Channel Access server of the test has no port");
    port = ntohs(address.sin_port);
    return made;
}

}  // namespace

ChannelAccessServer::ChannelAccessServer()
    : search_(open_socket(SOCK_DGRAM, search_port_)),
      repeater_(open_socket(SOCK_DGRAM, repeater_port_)),
      listener_(open_socket(SOCK_STREAM, tcp_port_)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
    if (wake_ < 0 || ::listen(listener_, 8) != 0)
        throw std::runtime_error("the Channel Access server of the test cannot listen");
    thread_ = std::thread([this] { serve(); });
}

ChannelAccessServer::~ChannelAccessServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake();
    thread_.join();
    for (const auto& circuit : circuits_)
        ::close(circuit.socket);
    for (const int socket : {search_, repeater_, listener_, wake_})
        ::close(socket);
}

void ChannelAccessServer::wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) std::abort();  // an eventfd takes 2^64 − 2 of these
}

void ChannelAccessServer::set(const std::string& name, double value, std::int16_t severity,
                              std::int64_t utc_ns) {
    const std::lock_guard lock(mutex_);
    variables_[name] = {value, severity, utc_ns, true};
    for (const auto& circuit : circuits_)
        for (const auto& subscription : circuit.subscriptions)
            if (subscription.name == name) tell(circuit, subscription);
}

void ChannelAccessServer::set_unreadable(const std::string& name) {
    const std::lock_guard lock(mutex_);
    variables_[name].readable = false;
}

void ChannelAccessServer::set_reachable(bool reachable) {
    {
        const std::lock_guard lock(mutex_);
        reachable_ = reachable;
    }
    wake();
}

std::vector<std::pair<std::string, std::string>> ChannelAccessServer::environment() const {
    return {{"EPICS_CA_ADDR_LIST", "127.0.0.1:" + std::to_string(search_port_)},
            {"EPICS_CA_AUTO_ADDR_LIST", "NO"},
            {"EPICS_CA_REPEATER_PORT", std::to_string(repeater_port_)}};
}

void ChannelAccessServer::set_environment() const {
    for (const auto& [name, value] : environment())
        ::setenv(name.c_str(), value.c_str(), 1);
}

std::string ChannelAccessServer::bytes_of(const Message& message) {
    std::string bytes;
    put(bytes, message.command);
    put(bytes, static_cast<std::uint16_t>(message.payload.size()));
    put(bytes, message.type);
    put(bytes, message.count);
    put(bytes, message.first);
    put(bytes, message.second);
    return bytes + message.payload;
}

// The first message of `bytes`, which it is removed from. False: there is no whole one.
bool ChannelAccessServer::take(std::string_view& bytes, Message& message) {
    if (bytes.size() < header_bytes) return false;
    const std::size_t size = get(bytes, 2, 2);
    if (bytes.size() < header_bytes + size) return false;
    message.command = static_cast<std::uint16_t>(get(bytes, 0, 2));
    message.type = static_cast<std::uint16_t>(get(bytes, 4, 2));
    message.count = static_cast<std::uint16_t>(get(bytes, 6, 2));
    message.first = get(bytes, 8, 4);
    message.second = get(bytes, 12, 4);
    message.payload = bytes.substr(header_bytes, size);
    bytes.remove_prefix(header_bytes + size);
    return true;
}

void ChannelAccessServer::serve() {
    for (;;) {
        std::vector<pollfd> watched{
            {search_, POLLIN, 0}, {repeater_, POLLIN, 0}, {listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
        {
            const std::lock_guard lock(mutex_);
            for (const auto& circuit : circuits_)
                watched.push_back({circuit.socket, POLLIN, 0});
        }
        ::poll(watched.data(), watched.size(), -1);
        const std::lock_guard lock(mutex_);
        if (watched[3].revents != 0) {
            std::uint64_t count = 0;
            if (::read(wake_, &count, sizeof count) < 0) return;
        }
        if (stopping_) return;
        if (watched[0].revents != 0) answer_search();
        if (watched[1].revents != 0) answer_registration();
        std::erase_if(circuits_, [&](Circuit& circuit) {
            const auto entry = std::ranges::find(watched, circuit.socket, &pollfd::fd);
            const bool open = reachable_ && (entry == watched.end() || entry->revents == 0 || hear(circuit));
            if (!open) ::close(circuit.socket);
            return !open;
        });
        if (watched[2].revents != 0) accept();
    }
}

void ChannelAccessServer::answer_search() {
    std::array<char, 65536> buffer{};
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const auto size =
        ::recvfrom(search_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size <= 0 || !reachable_) return;
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
    std::string reply;
    Message message;
    while (take(bytes, message)) {
        if (message.command == VERSION && message.type == sequence_is_valid)
            reply += bytes_of({VERSION, sequence_is_valid, minor_version, message.first, 0, {}});
        const std::string name(message.payload.c_str());
        if (message.command != SEARCH || !variables_.contains(name)) continue;
        Message found{SEARCH, tcp_port_, 0, use_sender_address, message.second, {}};
        put(found.payload, minor_version);
        found.payload.resize(8);
        reply += bytes_of(found);
    }
    if (reply.size() > header_bytes)
        ::sendto(search_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
}

void ChannelAccessServer::answer_registration() {
    std::array<char, 1024> buffer{};
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    if (::recvfrom(repeater_, buffer.data(), buffer.size(), 0, address, &length) < 0) return;
    const auto reply = bytes_of({REPEATER_CONFIRM, 0, 0, 0, ntohl(from.sin_addr.s_addr), {}});
    ::sendto(repeater_, reply.data(), reply.size(), 0, address, length);
}

void ChannelAccessServer::accept() {
    const int made = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (made < 0) return;
    if (!reachable_) {
        ::close(made);
        return;
    }
    const auto hello = bytes_of({VERSION, 0, minor_version, 0, 0, {}});
    ::send(made, hello.data(), hello.size(), MSG_NOSIGNAL);
    circuits_.push_back({made, {}, {}, {}});
}

bool ChannelAccessServer::hear(Circuit& circuit) {
    std::array<char, 65536> buffer{};
    const auto size = ::recv(circuit.socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    circuit.received.append(buffer.data(), static_cast<std::size_t>(size));
    std::string_view bytes = circuit.received;
    Message message;
    while (take(bytes, message))
        answer(circuit, message);
    circuit.received = std::string(bytes);
    return true;
}

void ChannelAccessServer::answer(Circuit& circuit, const Message& message) {
    std::string reply;
    switch (message.command) {
        case CREATE_CHANNEL: {
            const std::string name(message.payload.c_str());
            if (!variables_.contains(name)) {
                reply = bytes_of({CREATE_CHANNEL_FAILED, 0, 0, message.first, 0, {}});
                break;
            }
            const auto id = next_channel_++;
            circuit.channels[id] = name;
            reply = bytes_of({ACCESS_RIGHTS, 0, 0, message.first, 1, {}}) +
                    bytes_of({CREATE_CHANNEL, type_double, 1, message.first, id, {}});
            break;
        }
        case EVENT_ADD:
            if (const auto channel = circuit.channels.find(message.first);
                channel != circuit.channels.end()) {
                circuit.subscriptions.push_back({channel->second, message.second});
                tell(circuit, circuit.subscriptions.back());
            }
            return;
        case ECHO:
        case CLEAR_CHANNEL:
            reply = bytes_of(message);
            break;
        default:
            return;  // version, names of client and host, flow control
    }
    ::send(circuit.socket, reply.data(), reply.size(), MSG_NOSIGNAL);
}

void ChannelAccessServer::tell(const Circuit& circuit, const Subscription& subscription) {
    const auto& variable = variables_.at(subscription.name);
    Message update{EVENT_ADD,
                   type_time_double,
                   1,
                   variable.readable ? status_normal : status_get_failed,
                   subscription.id,
                   {}};
    const auto since_1990 = variable.utc_ns == 0 ? 0 : variable.utc_ns - epoch_s * 1'000'000'000;
    put(update.payload, std::uint16_t{0});
    put(update.payload, variable.severity);
    put(update.payload, static_cast<std::uint32_t>(since_1990 / 1'000'000'000));
    put(update.payload, static_cast<std::uint32_t>(since_1990 % 1'000'000'000));
    put(update.payload, std::uint32_t{0});
    put(update.payload, std::bit_cast<std::uint64_t>(variable.value));
    const auto bytes = bytes_of(update);
    ::send(circuit.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace spillgate::test
