#include "tests/data/raw_http.hpp"

#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::test {

RawHttp::RawHttp(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket_);
        throw std::runtime_error("cannot connect");
    }
}

RawHttp::~RawHttp() {
    ::close(socket_);
}

bool RawHttp::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawHttp::receive(std::string_view until) {
    std::string all;
    char bytes[65536];
    for (;;) {
        if (!until.empty() && all.find(until) != std::string::npos) return all;
        const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) return all;
        all.append(bytes, static_cast<std::size_t>(got));
    }
}

bool RawHttp::closed() {
    char byte = 0;
    ssize_t got = 0;
    do {
        got = ::recv(socket_, &byte, 1, 0);
    } while (got > 0);
    return got == 0 || errno == ECONNRESET;
}

std::uint16_t port_of(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

std::string http(std::uint16_t port, std::string_view method, std::string_view path, std::string_view headers,
                 std::string_view body, std::string_view host) {
    RawHttp client(port);
    client.send(
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}",
                    method, path, host, body.size(), headers, body));
    return client.receive();
}

int status_of(const std::string& answer) {
    constexpr std::string_view begin = "HTTP/1.1 ";
    return answer.starts_with(begin) ? std::stoi(answer.substr(begin.size(), 3)) : 0;
}

}  // namespace spillgate::test
