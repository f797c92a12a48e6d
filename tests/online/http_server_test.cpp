#include <memory>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "online/http/server.hpp"
#include "online/request_guard.hpp"
#include "tests/online/echo_site.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using test::http;
using test::RawHttp;
using test::Served;
using test::status_of;
using test::upgrade;

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

TEST_CASE("a request is admitted by its header, one that is not is answered before its body is read") {
    Served served;
    CHECK(status_of(http(served.port, "GET", "/x")) == 200);
    CHECK(status_of(http(served.port, "HEAD", "/x")) == 200);
    const auto done = http(served.port, "POST", "/x", {}, "body");
    CHECK(status_of(done) == 200);
    CHECK(done.ends_with("body"));
    CHECK(served.site->posts == 1);
    CHECK(done.find("Content-Security-Policy") != std::string::npos);
    CHECK(status_of(http(served.port, "DELETE", "/x")) == 405);
    CHECK(status_of(http(served.port, "POST", "/y")) == 405);
    RawHttp client(served.port);
    client.send("POST /closed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
    CHECK(status_of(client.receive()) == 401);
    CHECK(client.closed());
}

TEST_CASE("what a proxy adds, and HTTP/1.0, tell that a request comes from beyond this machine") {
    Served served;
    for (const char* header : {"Forwarded: for=192.0.2.1\r\n", "X-Forwarded-For: 192.0.2.1\r\n",
                               "x-forwarded-proto: https\r\n", "Via: 1.1 proxy\r\n"})
        CHECK(status_of(http(served.port, "GET", "/x", header)) == 401);
    RawHttp old(served.port);
    old.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n");
    CHECK(status_of(old.receive()) == 401);
}

TEST_CASE("each route has its own bound on bodies, announced or not") {
    Served served;
    CHECK(status_of(http(served.port, "POST", "/x", {}, std::string(65'536, 'a'))) == 200);
    CHECK(status_of(http(served.port, "POST", "/pictures", {}, std::string(200'000, 'a'))) == 200);
    for (const char* announced :
         {"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n",
          "POST /pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200001\r\n\r\n",
          "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\n\r\n"}) {
        RawHttp client(served.port);
        client.send(announced);
        CHECK(status_of(client.receive()) == 413);
    }
    RawHttp chunked(served.port);
    chunked.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunked.send("10001\r\n" + std::string(0x10001, 'a') + "\r\n0\r\n\r\n");
    CHECK(status_of(chunked.receive()) == 413);
}

TEST_CASE("one connection asks so often, and no more") {
    online::ServerOptions options;
    options.requests_per_s = 5;
    Served served(options);
    RawHttp client(served.port);
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests += "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(requests);
    const auto answers = client.receive();
    CHECK(answers.find("429") != std::string::npos);
    CHECK(answers.find("Retry-After: 1") != std::string::npos);
    CHECK(client.closed());
    CHECK(served.server->counts().requests < 50);
    CHECK(status_of(http(served.port, "GET", "/others-are-served")) == 200);
}

TEST_CASE("giant headers and what is not HTTP are answered and ended") {
    Served served;
    CHECK(status_of(http(served.port, "GET", "/x", "X: " + std::string(100'000, 'a') + "\r\n")) == 431);
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

TEST_CASE("when all places are taken the oldest silent connection goes, and the newcomer is served") {
    online::ServerOptions options;
    options.places = 12;
    options.reserved_places = 4;
    Served served(options);
    RawHttp feed(served.port);
    feed.send(upgrade());
    REQUIRE(feed.receive("\r\n\r\n").find("101") != std::string::npos);
    std::vector<std::unique_ptr<RawHttp>> held;
    for (int i = 0; i < 30; ++i)
        held.push_back(std::make_unique<RawHttp>(served.port));
    CHECK(status_of(http(served.port, "GET", "/x")) == 200);
    CHECK(held.front()->closed());
    CHECK(served.server->counts().turned_away >= 20);
    CHECK(served.await([](const auto& counts) { return counts.connections <= 12; }));
    CHECK_FALSE(feed.receive("x").empty());  // whoever follows the feed stays longer than who says nothing
    held.clear();
    REQUIRE(served.await([](const auto& counts) { return counts.connections <= 1; }));
}

TEST_CASE("whoever announces a body and sends none keeps nobody out, and is answered once it has come") {
    const online::ServerOptions options;
    Served served(options);
    std::vector<std::unique_ptr<RawHttp>> held;
    for (std::size_t i = 0; i < options.places - options.reserved_places; ++i) {
        held.push_back(std::make_unique<RawHttp>(served.port));
        held.back()->send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n");
    }
    REQUIRE(served.await([&](const auto& counts) { return counts.requests >= held.size(); }));
    CHECK(status_of(http(served.port, "GET", "/x")) == 200);
    held.back()->send("body");
    const auto answer = held.back()->receive("body");
    CHECK(status_of(answer) == 200);
    CHECK(answer.ends_with("body"));
    CHECK(served.site->posts == 1);
}

TEST_CASE("places are kept for those who have signed in") {
    online::ServerOptions options;
    options.places = 6;
    options.reserved_places = 2;
    Served served(options);
    RawHttp person(served.port);
    person.send("GET /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer person\r\n\r\n");
    REQUIRE(status_of(person.receive("/x")) == 200);
    std::vector<std::unique_ptr<RawHttp>> held;
    for (int i = 0; i < 20; ++i)
        held.push_back(std::make_unique<RawHttp>(served.port));
    REQUIRE(served.await([](const auto& counts) { return counts.turned_away >= 15; }));
    person.send("GET /again HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer person\r\n\r\n");
    CHECK(status_of(person.receive("/again")) == 200);
}

TEST_CASE("a silent connection is ended") {
    online::ServerOptions options;
    options.idle_timeout = 1s;
    Served served(options);
    RawHttp client(served.port);
    client.send("GET /x HTT");
    CHECK(client.closed());
}

TEST_CASE("an occupied port and an address that is not loopback end in one clear message") {
    Served served;
    online::ServerOptions options;
    options.port = served.port;
    const auto occupied = online::HttpServer::start(served.site, options);
    REQUIRE(occupied.has_error());
    CHECK(occupied.error().kind == proto::ErrorKind::EXISTS);
    CHECK(occupied.error().message.find(std::to_string(served.port)) != std::string::npos);
    options.address = "0.0.0.0";
    const auto open = online::HttpServer::start(served.site, options);
    CHECK(open.error().kind == proto::ErrorKind::REFUSED);
}
