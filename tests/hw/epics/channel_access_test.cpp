#include "hw/epics/channel_access.hpp"

#include <chrono>
#include <condition_variable>
#include <optional>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/data/channel_access_library.hpp"
#include "tests/data/channel_access_server.hpp"

using namespace spillgate;
using hw::epics::ChannelAccess;
using hw::epics::MonitorEvent;
using hw::epics::Severity;
using Kind = hw::epics::MonitorEvent::Kind;

namespace {

const std::string library = "libca.so.4.13.5";
constexpr std::int64_t some_time_ns = 1'700'000'000'123'456'789;

// Collects what a monitor says; await() gives up after a minute.
class Listener {
  public:
    ChannelAccess::Handler handler() {
        return [this](const MonitorEvent& event) {
            const std::lock_guard lock(mutex_);
            events_.push_back({event.kind, event.reading, std::string(event.text)});
            changed_.notify_all();
        };
    }
    struct Heard {
        Kind kind{};
        hw::epics::Reading reading;
        std::string text;
    };
    // The first event of this kind that has not been returned yet; what came before it is passed over.
    std::optional<Heard> await(Kind kind) {
        std::unique_lock lock(mutex_);
        std::optional<Heard> found;
        changed_.wait_for(lock, std::chrono::seconds(60), [&] {
            while (!found && next_ < events_.size())
                if (events_[next_++].kind == kind) found = events_[next_ - 1];
            return found.has_value();
        });
        return found;
    }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return events_.size();
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Heard> events_;
    std::size_t next_ = 0;
};

std::unique_ptr<ChannelAccess> client_of(const test::ChannelAccessServer& server) {
    server.set_environment();
    auto client = ChannelAccess::open(library, {});
    REQUIRE(client.has_value());
    return std::move(*client);
}

}  // namespace

TEST_CASE("a monitor gives each value of a process variable, with the server's time and severity") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set("HV:1", 1234.5, 0, some_time_ns);
    Listener heard;
    const auto client = client_of(server);
    REQUIRE(client->monitor("HV:1", heard.handler()).has_value());
    REQUIRE(heard.await(Kind::CONNECTED).has_value());
    const auto first = heard.await(Kind::READING);
    REQUIRE(first.has_value());
    CHECK(first->reading.value == 1234.5);
    CHECK(first->reading.utc_ns == some_time_ns);
    CHECK(first->reading.severity == Severity::NONE);
    for (std::int16_t severity = 1; severity <= 3; ++severity) {
        server.set("HV:1", -severity, severity, some_time_ns + severity);
        const auto next = heard.await(Kind::READING);
        REQUIRE(next.has_value());
        CHECK(next->reading.value == -severity);
        CHECK(next->reading.utc_ns == some_time_ns + severity);
        CHECK(next->reading.severity == static_cast<Severity>(severity));
    }
    server.set("HV:1", 7, 0, 0);
    const auto untimed = heard.await(Kind::READING);
    REQUIRE(untimed.has_value());
    CHECK(untimed->reading.utc_ns == 0);
}

TEST_CASE("a process variable that comes later is found") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set("THERE", 1, 0, some_time_ns);
    Listener there;
    Listener late;
    const auto client = client_of(server);
    REQUIRE(client->monitor("LATE", late.handler()).has_value());
    REQUIRE(client->monitor("THERE", there.handler()).has_value());
    REQUIRE(there.await(Kind::READING).has_value());
    CHECK(late.count() == 0);
    server.set("LATE", 2, 0, some_time_ns);
    const auto reading = late.await(Kind::READING);
    REQUIRE(reading.has_value());
    CHECK(reading->reading.value == 2);
}

TEST_CASE("a lost server is a disconnection, and its variables come back with it") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set("LEVEL", 1, 0, some_time_ns);
    Listener heard;
    const auto client = client_of(server);
    REQUIRE(client->monitor("LEVEL", heard.handler()).has_value());
    REQUIRE(heard.await(Kind::READING).has_value());
    server.set_reachable(false);
    REQUIRE(heard.await(Kind::DISCONNECTED).has_value());
    server.set("LEVEL", 2, 0, some_time_ns + 1);
    server.set_reachable(true);
    REQUIRE(heard.await(Kind::CONNECTED).has_value());
    const auto again = heard.await(Kind::READING);
    REQUIRE(again.has_value());
    CHECK(again->reading.value == 2);
}

TEST_CASE("a process variable without a number is refused in words") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set_unreadable("NAME");
    Listener heard;
    const auto client = client_of(server);
    REQUIRE(client->monitor("NAME", heard.handler()).has_value());
    const auto refused = heard.await(Kind::REFUSED);
    REQUIRE(refused.has_value());
    CHECK(!refused->text.empty());
}

TEST_CASE("clients are apart: one may end, on any thread, and is silent then, while the other goes on") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    server.set("X", 1, 0, some_time_ns);
    Listener ended;
    Listener going;
    auto first = client_of(server);
    const auto second = client_of(server);
    REQUIRE(first->monitor("X", ended.handler()).has_value());
    REQUIRE(second->monitor("X", going.handler()).has_value());
    REQUIRE(ended.await(Kind::READING).has_value());
    REQUIRE(going.await(Kind::READING).has_value());
    std::thread([&] { first.reset(); }).join();
    const auto told = ended.count();
    server.set("X", 2, 0, some_time_ns + 1);
    const auto reading = going.await(Kind::READING);
    REQUIRE(reading.has_value());
    CHECK(reading->reading.value == 2);
    CHECK(ended.count() == told);
}

TEST_CASE("impossible names are refused") {
    if (!test::channel_access_is_there()) return;
    test::ChannelAccessServer server;
    const auto client = client_of(server);
    for (const auto& name : {std::string(), std::string(501, 'x')}) {
        const auto refused = client->monitor(name, [](const MonitorEvent&) {});
        REQUIRE(refused.has_error());
        CHECK(refused.error().kind == proto::ErrorKind::CONFIG);
    }
}

TEST_CASE("a Channel Access library that is missing or another one is named") {
    const auto missing = ChannelAccess::open("/nowhere/libca.so", {});
    REQUIRE(missing.has_error());
    CHECK(missing.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK(missing.error().message.find("'/nowhere/libca.so' cannot be loaded") != std::string::npos);
    const auto other = ChannelAccess::open("libm.so.6", {});
    REQUIRE(other.has_error());
    CHECK(other.error().kind == proto::ErrorKind::NOT_FOUND);
    CHECK(other.error().message.find("it has no ca_context_create, ca_context_destroy") != std::string::npos);
}
