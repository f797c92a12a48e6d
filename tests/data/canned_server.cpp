#include "tests/data/canned_server.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spillgate::test {

namespace {

bool send_all(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

CannedServer::CannedServer(std::string answer, Then then)
    : answer_(std::move(answer)), then_(then), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, plain, size) != 0 || ::listen(socket_, 16) != 0 ||
        ::getsockname(socket_, plain, &size) != 0)
        throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

CannedServer::~CannedServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
    for (const int connection : held_)
        ::close(connection);
}

std::string CannedServer::url() const {
    return fmt::format("http://127.0.0.1:{}", port_);
}

std::vector<std::string> CannedServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void CannedServer::serve() {
    for (;;) {
        const int connection = ::accept(socket_, nullptr, nullptr);
        if (connection < 0) return;
        answer(connection);
    }
}

void CannedServer::answer(int connection) {
    constexpr std::size_t repeated = 1024;
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        request.append(bytes, static_cast<std::size_t>(got));
        if (request.front() < 'A' || request.front() > 'Z') break;  // no method: a TLS client
    }
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    bool taken = send_all(connection, answer_);
    const auto last = std::string_view(answer_).substr(answer_.size() - std::min(repeated, answer_.size()));
    while (taken && then_ == Then::REPEAT)
        taken = send_all(connection, last);
    if (then_ == Then::HOLD)
        held_.push_back(connection);
    else
        ::close(connection);
}

}  // namespace spillgate::test
