#include "online/http_server.hpp"

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "online/request_guard.hpp"
#include "tests/data/raw_http.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using test::http;
using test::RawHttp;
using test::status_of;

namespace {

// Says what it was asked, and pushes large updates to whoever listens.
class EchoConsole final : public online::Console {
  public:
    online::HttpResponse get(const online::HttpRequest& request) override {
        online::HttpResponse response;
        response.body = request.path;
        return response;
    }
    void post(const online::HttpRequest& request, std::function<void(online::HttpResponse)> answer) override {
        ++posts;
        online::HttpResponse response;
        response.body = request.body;
        std::thread([answer = std::move(answer), response = std::move(response)]() mutable {
            answer(std::move(response));
        }).detach();
    }
    std::unique_ptr<online::Conversation> converse() override {
        class Flood final : public online::Conversation {
            bool hear(std::string_view text) override { return text == "{}"; }
            std::optional<std::string> say() override { return std::string(2'000'000, 'x'); }
        };
        return std::make_unique<Flood>();
    }
    const std::string& token() const override { return token_; }
    std::atomic<int> posts = 0;

  private:
    std::string token_ = "the-token";
};

struct Served {
    explicit Served(online::HttpOptions options = {}) : console(std::make_shared<EchoConsole>()) {
        options.update_period = 10ms;
        server = online::HttpServer::start(console, options).value();
        port = test::port_of(server->url());
    }
    std::shared_ptr<EchoConsole> console;
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

std::string upgrade(std::string_view extra = {}) {
    return fmt::format(
        "GET /api/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        extra);
}

// A masked text frame of a client (RFC 6455, section 5.2), with a mask of zeros.
std::string frame(std::string_view text) {
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

}  // namespace

TEST_CASE("only loopback names are hosts, and only this page is of the same origin") {
    for (const char* host :
         {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:80", "127.8.9.1:1", "[::1]", "[::1]:80"})
        CHECK(online::is_loopback_host(host));
    for (const char* host :
         {"", "example.org", "localhost.evil.org", "127.0.0.1.evil.org", "10.0.0.1", "127.0.0", "[::2]",
          "localhost:", "localhost:x", "127.0.0.1:123456", "127.0.0.256", "[::1", "[::1]x", "0127.0.0.1.1"})
        CHECK_FALSE(online::is_loopback_host(host));
    CHECK(online::is_same_origin("http://localhost:8080", "localhost:8080"));
    CHECK_FALSE(online::is_same_origin("http://localhost:8081", "localhost:8080"));
    CHECK_FALSE(online::is_same_origin("https://localhost:8080", "localhost:8080"));
    CHECK_FALSE(online::is_same_origin("null", "localhost:8080"));
    CHECK(online::tokens_equal("abc", "abc"));
    CHECK_FALSE(online::tokens_equal("abc", "abd"));
    CHECK_FALSE(online::tokens_equal("", "abd"));
    CHECK(online::make_token() != online::make_token());
    CHECK(online::make_token().size() == 64);
}

TEST_CASE("requests with a foreign Host or Origin, or without the token, do nothing") {
    Served served;
    CHECK(status_of(http(served.port, "GET", "/x")) == 200);
    CHECK(status_of(http(served.port, "HEAD", "/x")) == 200);
    CHECK(status_of(http(served.port, "GET", "/x", {}, {}, "evil.example")) == 403);
    CHECK(status_of(http(served.port, "GET", "/x", "Origin: http://evil.example\r\n")) == 403);
    CHECK(status_of(http(served.port, "GET", "/x", "Origin: http://127.0.0.1\r\n")) == 200);
    CHECK(status_of(http(served.port, "POST", "/x")) == 403);
    CHECK(status_of(http(served.port, "POST", "/x", "X-Spillgate-Token: guess\r\n")) == 403);
    CHECK(status_of(http(served.port, "POST", "/x",
                         "X-Spillgate-Token: the-token\r\nOrigin: http://evil\r\n")) == 403);
    CHECK(served.console->posts == 0);
    const auto done = http(served.port, "POST", "/x", "X-Spillgate-Token: the-token\r\n", "body");
    CHECK(status_of(done) == 200);
    CHECK(done.ends_with("body"));
    CHECK(status_of(http(served.port, "DELETE", "/x")) == 405);
    CHECK(done.find("Content-Security-Policy") != std::string::npos);
}

TEST_CASE("giant headers, giant bodies and what is not HTTP are answered and ended") {
    Served served;
    CHECK(status_of(http(served.port, "GET", "/x", "X: " + std::string(100'000, 'a') + "\r\n")) == 431);
    {
        RawHttp client(served.port);
        client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\n");
        CHECK(status_of(client.receive()) == 413);
    }
    std::mt19937 random(1);
    for (int i = 0; i < 30; ++i) {
        RawHttp client(served.port);
        std::string noise(1 + random() % 5000, '\0');
        for (char& c : noise)
            c = static_cast<char>(random());
        client.send("\x01" + noise + "\r\n\r\n");
        const auto status = status_of(client.receive());
        CHECK((status == 400 || status == 431));
    }
    CHECK(status_of(http(served.port, "GET", "/still-there")) == 200);
}

TEST_CASE("too many connections are turned away, and places are given back") {
    online::HttpOptions options;
    options.max_connections = 8;
    Served served(options);
    {
        std::vector<std::unique_ptr<RawHttp>> held;
        for (int i = 0; i < 8; ++i)
            held.push_back(std::make_unique<RawHttp>(served.port));
        REQUIRE(served.await([](const auto& counts) { return counts.connections == 8; }));
        RawHttp more(served.port);
        CHECK(more.closed());
        CHECK(served.server->counts().turned_away == 1);
    }
    REQUIRE(served.await([](const auto& counts) { return counts.connections == 0; }));
    CHECK(status_of(http(served.port, "GET", "/x")) == 200);
}

TEST_CASE("a silent connection is ended") {
    online::HttpOptions options;
    options.idle_timeout = 1s;
    Served served(options);
    RawHttp client(served.port);
    client.send("GET /x HTT");
    CHECK(client.closed());
}

TEST_CASE("a client that does not read gets no more updates and is dropped") {
    online::HttpOptions options;
    options.write_timeout = 1s;
    Served served(options);
    RawHttp slow(served.port);
    slow.send(upgrade());
    REQUIRE(served.await([](const auto& counts) { return counts.skipped_updates > 10; }));
    CHECK(status_of(http(served.port, "GET", "/others-are-served")) == 200);
    REQUIRE(served.await([](const auto& counts) { return counts.connections == 0; }));
    CHECK(served.server->counts().updates < 20);
}

TEST_CASE("a WebSocket client that talks nonsense or sends giant frames is hung up on") {
    Served served;
    for (const std::string& bad :
         {frame("no JSON"), frame(std::string(1'000'000, 'x')), std::string(64, '\xff')}) {
        RawHttp client(served.port);
        client.send(upgrade());
        REQUIRE(client.receive("\r\n\r\n").find("101") != std::string::npos);
        client.send(bad);
        CHECK(client.closed());
    }
    RawHttp foreign(served.port);
    foreign.send(upgrade("Origin: http://evil.example\r\n"));
    CHECK(status_of(foreign.receive("\r\n\r\n")) == 403);
    CHECK(served.await([](const auto& counts) { return counts.connections <= 1; }));
}

TEST_CASE("an occupied port and an address that is not loopback end in one clear message") {
    Served served;
    online::HttpOptions options;
    options.port = served.port;
    const auto occupied = online::HttpServer::start(served.console, options);
    REQUIRE(occupied.has_error());
    CHECK(occupied.error().kind == proto::ErrorKind::EXISTS);
    CHECK(occupied.error().message.find(std::to_string(served.port)) != std::string::npos);
    options.address = "0.0.0.0";
    const auto open = online::HttpServer::start(served.console, options);
    CHECK(open.error().kind == proto::ErrorKind::REFUSED);
}
