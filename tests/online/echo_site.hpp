// A site whose answers say what it was asked, served; and what a raw WebSocket client sends.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "online/http/server.hpp"
#include "tests/data/raw_http.hpp"

namespace spillgate::test {

using namespace std::chrono_literals;

// Says what it was asked, and pushes large updates to whoever listens. "Bearer person" is somebody.
class EchoSite final : public online::Site {
  public:
    EchoSite() {
        auto echo = [](const online::Request& request) {
            online::Response response;
            response.body = request.path + request.body;
            return response;
        };
        auto later = [this](const online::Request& request, online::Reply reply) {
            ++posts;
            online::Response response;
            response.body = request.body;
            std::thread([reply = std::move(reply), response = std::move(response)]() mutable {
                reply(std::move(response));
            }).detach();
        };
        router_.add({online::answering("GET", "/{path...}", online::Need::READ, echo),
                     {"POST", "/x", online::Need::READ, false, later},
                     {"POST", "/pictures", online::Need::READ, false, later, 200'000},
                     online::answering("POST", "/closed", online::Need::EXPERT, echo)});
    }
    const online::Router& router() const override { return router_; }
    std::variant<online::Caller, online::Response> admit(const online::Head& head,
                                                         const online::Route* route) override {
        online::Caller caller;
        if (head.authorization == "Bearer person") caller.person = "person";
        caller.beyond_loopback = head.proxied;
        if (route != nullptr && !caller.is(route->need)) return online::refusal(401, "no");
        return caller;
    }
    std::unique_ptr<online::Conversation> converse(const online::Caller&) override {
        class Flood final : public online::Conversation {
            proto::Status hear(std::string_view text) override {
                if (text == "{}") return {};
                if (text == "quiet") {
                    quiet_ = true;
                    return {};
                }
                return proto::error(proto::ErrorKind::CONFIG, "that is nonsense");
            }
            proto::Result<online::SharedText> say() override {
                if (quiet_) return online::SharedText();
                return std::make_shared<const std::string>(2'000'000, 'x');
            }
            online::SharedText sign_of_life() override {
                return std::make_shared<const std::string>("alive");
            }
            bool quiet_ = false;
        };
        return std::make_unique<Flood>();
    }
    std::atomic<int> posts = 0;

  private:
    online::Router router_;
};

struct Served {
    explicit Served(online::ServerOptions options = {}) : site(std::make_shared<EchoSite>()) {
        options.push_period = 10ms;
        server = online::HttpServer::start(site, options).value();
        port = test::port_of(server->url());
    }
    std::shared_ptr<EchoSite> site;
    std::unique_ptr<online::HttpServer> server;
    std::uint16_t port = 0;

    bool await(const std::function<bool(const online::HttpServer::Counts&)>& condition) const {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!condition(server->counts())) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }
};

inline std::string upgrade(std::string_view extra = {}) {
    return fmt::format(
        "GET /api/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        extra);
}

// A masked text frame of a client (RFC 6455, section 5.2), with a mask of zeros.
inline std::string frame(std::string_view text) {
    std::string out("\x81");
    if (text.size() < 126) {
        out += static_cast<char>(0x80 | text.size());
    } else {
        out += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += static_cast<char>(text.size() >> shift & 0xff);
    }
    return out + std::string(4, '\0') + std::string(text);
}

}  // namespace spillgate::test
