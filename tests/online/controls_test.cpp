#include "online/access/controls.hpp"

#include <catch2/catch.hpp>

using namespace spillgate;
using namespace std::chrono_literals;
using online::Caller;
using proto::ErrorKind;

namespace {

Caller somebody(std::string person, std::string session, bool expert = false) {
    Caller caller;
    caller.person = std::move(person);
    caller.session = std::move(session);
    caller.shift = true;
    caller.expert = expert;
    return caller;
}

}  // namespace

TEST_CASE("controls change hands by an offer that is accepted, and only by that session") {
    online::Controls controls(60s);
    const auto now = online::Controls::Clock::now();
    const Caller a = somebody("A", "1");
    const Caller b = somebody("B", "2");
    const Caller c = somebody("C", "3");
    REQUIRE(controls.take(a, false, now).has_value());
    CHECK(controls.offer(a, "2", now).error().kind == ErrorKind::REFUSED);  // nobody is there
    controls.enter(b);
    CHECK_FALSE(controls.offer(b, "1", now).has_value());
    CHECK_FALSE(controls.offer(a, "1", now).has_value());
    REQUIRE(controls.offer(a, "2", now).has_value());
    CHECK(controls.json(now).at("offer").at("person") == "B");
    CHECK_FALSE(controls.accept(c, now).has_value());
    REQUIRE(controls.decline(b, now).has_value());
    CHECK_FALSE(controls.accept(b, now).has_value());
    CHECK(controls.held_by(a, now));
    REQUIRE(controls.offer(a, "2", now).has_value());
    REQUIRE(controls.accept(b, now).has_value());
    CHECK(controls.held_by(b, now));
    CHECK(controls.json(now).at("offer").is_null());
    REQUIRE(controls.release(b, now).has_value());
    CHECK(controls.json(now).at("holder").is_null());
    CHECK_FALSE(controls.release(b, now).has_value());
}

TEST_CASE("a holder that falls silent has let go, one whose page is connected has not") {
    online::Controls controls(60s);
    auto now = online::Controls::Clock::now();
    const Caller a = somebody("A", "1");
    const Caller b = somebody("B", "2");
    REQUIRE(controls.take(a, false, now).has_value());
    const auto version = controls.version();
    controls.heard("1", now += 59s);
    CHECK_FALSE(controls.take(b, false, now += 59s).has_value());
    REQUIRE(controls.take(b, false, now += 2s).has_value());
    CHECK(controls.version() > version);
    controls.enter(b);
    controls.enter(b);
    controls.leave("2");  // one of two pages
    controls.look(now += 1h);
    CHECK(controls.held_by(b, now));
    controls.leave("2");
    CHECK(controls.held_by(b, now += 59s));
    CHECK_FALSE(controls.held_by(b, now += 2s));
}

TEST_CASE("only experts take controls away") {
    online::Controls controls(60s);
    const auto now = online::Controls::Clock::now();
    REQUIRE(controls.take(somebody("A", "1"), false, now).has_value());
    CHECK_FALSE(controls.take(somebody("B", "2"), true, now).has_value());
    CHECK(controls.take(somebody("E", "3", true), true, now).has_value());
    CHECK(controls.take(somebody("E", "3", true), false, now).has_value());
}
