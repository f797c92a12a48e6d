#include "tests/data/canned_server.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

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
    : answer_(std::move(answer)),
      then_(then),
      listener_([this](int connection) { return this->answer(connection); }) {}

std::string CannedServer::url() const {
    return fmt::format("http://127.0.0.1:{}", listener_.port());
}

std::vector<std::string> CannedServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

Connection CannedServer::answer(int connection) {
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
    return then_ == Then::HOLD ? Connection::HOLD : Connection::CLOSE;
}

}  // namespace spillgate::test
