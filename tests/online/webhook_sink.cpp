#include "tests/online/webhook_sink.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

namespace spillgate::test {

WebhookSink::WebhookSink(std::vector<int> statuses)
    : statuses_(std::move(statuses)), listener_([this](int connection) { return answer(connection); }) {}

std::string WebhookSink::url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", listener_.port(), path);
}

std::vector<std::string> WebhookSink::requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::minutes(1), [&] { return requests_.size() >= count; });
    return requests_;
}

Connection WebhookSink::answer(int connection) {
    std::string request;
    char bytes[4096];
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
        const ssize_t got = ::recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        request.append(bytes, static_cast<std::size_t>(got));
        if (!request.starts_with("POST")) break;  // no HTTP: a TLS client
        const auto end = request.find("\r\n\r\n");
        const auto length = request.find("Content-Length: ");
        if (end != std::string::npos && length != std::string::npos)
            wanted = end + 4 + std::strtoul(request.c_str() + length + 16, nullptr, 10);
    }
    int status = 0;
    {
        const std::lock_guard lock(mutex_);
        status = statuses_[std::min(requests_.size(), statuses_.size() - 1)];
        requests_.push_back(request);
    }
    if (status != 0) {
        const auto text = fmt::format("HTTP/1.1 {} Said\r\nContent-Length: 0\r\n\r\n", status);
        (void)::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    }
    arrived_.notify_all();
    return status != 0 ? Connection::CLOSE : Connection::HOLD;
}

}  // namespace spillgate::test
