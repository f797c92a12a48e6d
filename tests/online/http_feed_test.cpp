#include <string>

#include <catch2/catch.hpp>

#include "tests/online/echo_site.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using test::frame;
using test::http;
using test::RawHttp;
using test::Served;
using test::status_of;
using test::upgrade;

TEST_CASE("a client that does not read gets no more updates and is dropped") {
    online::ServerOptions options;
    options.write_timeout = 1s;
    Served served(options);
    RawHttp slow(served.port);
    slow.send(upgrade());
    REQUIRE(served.await([&](const auto& counts) {
        served.server->wake();
        return counts.skipped_updates > 10;
    }));
    CHECK(status_of(http(served.port, "GET", "/others-are-served")) == 200);
    REQUIRE(served.await([](const auto& counts) { return counts.connections == 0; }));
    CHECK(served.server->counts().updates < 20);
}

TEST_CASE("a WebSocket client that talks nonsense, too much or too big is told so and hung up on") {
    Served served;
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += frame("quiet");
    struct Bad {
        std::string frames;
        std::string reason;  // empty: none that can be told
    };
    for (const Bad& bad : {Bad{frame("no JSON"), "that is nonsense"}, Bad{many, "too many frames"},
                           Bad{frame(std::string(1'000'000, 'x')), ""}, Bad{std::string(64, '\xff'), ""}}) {
        RawHttp client(served.port);
        client.send(upgrade());
        REQUIRE(client.receive("\r\n\r\n").find("101") != std::string::npos);
        client.send(frame("quiet"));
        client.send(bad.frames);
        const auto last = client.receive();
        CHECK((bad.reason.empty() || last.find(bad.reason) != std::string::npos));
        CHECK(client.closed());
    }
    RawHttp elsewhere(served.port);
    elsewhere.send("GET /api/other" + upgrade().substr(upgrade().find(" HTTP")));
    CHECK(status_of(elsewhere.receive()) == 404);
    CHECK(served.await([](const auto& counts) { return counts.connections <= 1; }));
}

TEST_CASE("whoever has nothing new gets a sign of life each second") {
    Served served;
    RawHttp client(served.port);
    client.send(upgrade());
    REQUIRE(client.receive("\r\n\r\n").find("101") != std::string::npos);
    client.send(frame("quiet"));
    CHECK(client.receive("alive").ends_with("alive"));
    CHECK(client.receive("alive").ends_with("alive"));
}
