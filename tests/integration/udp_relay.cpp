#include "tests/integration/udp_relay.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::test {

namespace {

constexpr int stop_look_ms = 20;
constexpr int buffer_bytes = 1 << 20;
constexpr std::size_t longest = 9000;  // a jumbo frame

sockaddr_in on_loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

int bound_socket() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto any_port = on_loopback(0);
    if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&any_port), sizeof any_port) != 0)
        throw std::runtime_error("no UDP socket on loopback for the test");
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    return socket;
}

void send(int socket, std::span<const std::uint8_t> bytes, const sockaddr_in& to) {
    // Nobody there is as good as lost.
    (void)::sendto(socket, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace

UdpRelay::UdpRelay() : front_(bound_socket()), back_(bound_socket()) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(front_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

UdpRelay::~UdpRelay() {
    thread_.request_stop();
    thread_.join();
    ::close(front_);
    ::close(back_);
}

void UdpRelay::lead_to(std::uint16_t device_port) {
    device_port_ = device_port;
}

void UdpRelay::watch(Watch watch) {
    const std::lock_guard lock(mutex_);
    watch_ = std::move(watch);
}

void UdpRelay::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> wanted{{{front_, POLLIN, 0}, {back_, POLLIN, 0}}};
        ::poll(wanted.data(), wanted.size(), stop_look_ms);
        if (wanted[0].revents & POLLIN) take_requests();
        if (wanted[1].revents & POLLIN) take_answers();
    }
}

void UdpRelay::take_requests() {
    std::array<std::uint8_t, longest> bytes{};
    socklen_t size = sizeof host_;
    const ssize_t n = ::recvfrom(front_, bytes.data(), bytes.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&host_), &size);
    const auto port = device_port_.load();
    if (n >= 0 && port != 0)
        send(back_, std::span(bytes).first(static_cast<std::size_t>(n)), on_loopback(port));
}

void UdpRelay::take_answers() {
    std::array<std::uint8_t, longest> bytes{};
    const ssize_t n = ::recv(back_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0) return;
    const auto answer = std::span<const std::uint8_t>(bytes).first(static_cast<std::size_t>(n));
    const std::lock_guard lock(mutex_);
    if (!watch_ || watch_(answer)) send(front_, answer, host_);
}

}  // namespace spillgate::test
