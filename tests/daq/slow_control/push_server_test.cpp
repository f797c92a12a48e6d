#include "daq/slow_control/push_server.hpp"

#include <map>
#include <mutex>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/data/raw_http.hpp"

using namespace spillgate;
using test::http;
using test::status_of;

namespace {

// A server that takes values called "hv" and keeps them.
class Pushed {
  public:
    Pushed() {
        auto started = daq::PushServer::start("127.0.0.1", 0, [this](std::string_view name, double value) {
            if (name != "hv") return false;
            const std::lock_guard lock(mutex_);
            last_ = value;
            return true;
        });
        REQUIRE(started.has_value());
        server_ = std::move(*started);
    }
    std::uint16_t port() const { return test::port_of(server_->url()); }
    daq::PushServer::Counts counts() const { return server_->counts(); }
    double last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

  private:
    mutable std::mutex mutex_;
    double last_ = 0;
    std::unique_ptr<daq::PushServer> server_;
};

}  // namespace

TEST_CASE("a number that is posted under a value's name is taken") {
    const Pushed pushed;
    CHECK(status_of(http(pushed.port(), "POST", "/slow/hv", {}, "1234.5")) == 204);
    CHECK(pushed.last() == 1234.5);
    CHECK(status_of(http(pushed.port(), "POST", "/slow/hv", {}, " -2e3\n")) == 204);
    CHECK(pushed.last() == -2000);
    CHECK(pushed.counts().taken == 2);
    CHECK(pushed.counts().refused == 0);
}

TEST_CASE("whatever else is posted is refused with the reason, counted, and changes nothing") {
    const Pushed pushed;
    const auto port = pushed.port();
    REQUIRE(status_of(http(port, "POST", "/slow/hv", {}, "1")) == 204);
    for (const auto* body : {"", "nan", "1 2", "high"}) {
        CAPTURE(body);
        CHECK(status_of(http(port, "POST", "/slow/hv", {}, body)) == 400);
    }
    const auto unknown = http(port, "POST", "/slow/other", {}, "2");
    CHECK(status_of(unknown) == 404);
    CHECK(unknown.find("there is no pushed value 'other'") != std::string::npos);
    CHECK(status_of(http(port, "POST", "/", {}, "2")) == 404);
    CHECK(status_of(http(port, "GET", "/slow/hv")) == 405);
    CHECK(status_of(http(port, "POST", "/slow/hv", {}, std::string(300, '1'))) == 413);
    CHECK(status_of(http(port, "POST", "/slow/hv", fmt::format("X-Long: {}\r\n", std::string(5000, 'x')),
                         "2")) == 431);
    CHECK(status_of(http(port, "POST", "/slow/hv", {}, "2", "evil.example")) == 403);
    CHECK(status_of(http(port, "POST", "/slow/hv", "Origin: http://127.0.0.1\r\n", "2")) == 403);
    CHECK(pushed.last() == 1);
    CHECK(pushed.counts().refused == 11);
    CHECK(status_of(http(port, "POST", "/slow/hv", {}, "3", "localhost:1")) == 204);
}

TEST_CASE("bytes that are not HTTP are refused and the server goes on") {
    const Pushed pushed;
    test::RawHttp noise(pushed.port());
    REQUIRE(noise.send("\x01\x02 nonsense\r\n\r\n"));
    CHECK(status_of(noise.receive()) == 400);
    test::RawHttp silent(pushed.port());  // holds its connection and says nothing
    CHECK(status_of(http(pushed.port(), "POST", "/slow/hv", {}, "4")) == 204);
}

TEST_CASE("values are taken on loopback alone, and an occupied port is named") {
    const auto take = [](std::string_view, double) { return true; };
    for (const auto* address : {"0.0.0.0", "192.0.2.1", "::", "localhost"}) {
        CAPTURE(address);
        const auto refused = daq::PushServer::start(address, 0, take);
        REQUIRE(refused.has_error());
        CHECK(refused.error().kind == proto::ErrorKind::REFUSED);
    }
    const Pushed first;
    const auto second = daq::PushServer::start("127.0.0.1", first.port(), take);
    REQUIRE(second.has_error());
    CHECK(second.error().kind == proto::ErrorKind::EXISTS);
    CHECK(second.error().message.find("slow_control.http_port") != std::string::npos);
}
