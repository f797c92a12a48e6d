#include "online/http/router.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>

#include "online/http/places.hpp"
#include "online/http/rate_limit.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using online::Need;
using online::Router;

namespace {

online::Route route(const std::string& method, const std::string& pattern) {
    return online::answering(method, pattern, Need::READ,
                             [pattern](const online::Request&) { return online::as_json(pattern); });
}

Router router_of(std::vector<online::Route> routes) {
    Router router;
    router.add(std::move(routes));
    return router;
}

std::string found(const Router& router, std::string_view method, std::string_view path) {
    const auto match = router.find(method, path);
    return match.route == nullptr ? "" : match.route->pattern;
}

struct Visitor final : online::Guest {
    void evict() override { evicted = true; }
    bool evicted = false;
};

}  // namespace

TEST_CASE("a plain segment goes before a name, a name before all the rest, in whatever order they came") {
    const auto router = router_of({route("GET", "/{path...}"), route("GET", "/api/runs/{run}"),
                                   route("GET", "/api/{path...}"), route("GET", "/api/runs/last"),
                                   route("POST", "/api/runs/{run}/note")});
    CHECK(found(router, "GET", "/api/runs/last") == "/api/runs/last");
    CHECK(found(router, "GET", "/api/runs/12") == "/api/runs/{run}");
    CHECK(found(router, "HEAD", "/api/runs/12") == "/api/runs/{run}");
    CHECK(found(router, "GET", "/api/runs/12/x") == "/api/{path...}");
    CHECK(found(router, "GET", "/api/runs/") == "/api/{path...}");
    CHECK(found(router, "GET", "/") == "/{path...}");
    CHECK(found(router, "GET", "/assets/a.js") == "/{path...}");
    CHECK(found(router, "GET", "nothing").empty());
    CHECK(found(router, "POST", "/api/runs/12").empty());
    CHECK(router.find("POST", "/api/runs/12").other_method);
    CHECK(found(router, "POST", "/api/runs/12/note") == "/api/runs/{run}/note");
}

TEST_CASE("what a name stands for is decoded once, and never holds a slash that was not sent as one") {
    const auto router = router_of({route("GET", "/a/{one}/b"), route("GET", "/files/{rest...}")});
    CHECK(router.find("GET", "/a/x%20y%2Fz/b").values.at("one") == "x y/z");
    CHECK(router.find("GET", "/a/%2525/b").values.at("one") == "%25");
    CHECK(router.find("GET", "/a//b").route == nullptr);
    CHECK(router.find("GET", "/files/x/y%20z").values.at("rest") == "x/y z");
    CHECK(router.find("GET", "/files").values.at("rest").empty());
}

TEST_CASE("routes that would serve the same requests, and patterns without sense, stop the start") {
    Router router;
    router.add({route("GET", "/a/{one}")});
    CHECK_THROWS_AS(router.add({route("GET", "/a/{other}")}), std::logic_error);
    CHECK_NOTHROW(router.add({route("POST", "/a/{other}")}));
    for (const char* pattern : {"", "a", "/{", "/{}", "/{...}", "/{rest...}/a"})
        CHECK_THROWS_AS(router.add({route("GET", pattern)}), std::logic_error);
}

TEST_CASE("values of a query are found by name and decoded") {
    online::Request request;
    request.query = "range=run&low=8%2C0&text=a+b&flag&x=1&x=2";
    CHECK(request.asked("range") == "run");
    CHECK(request.asked("low") == "8,0");
    CHECK(request.asked("text") == "a b");
    CHECK(request.asked("flag") == "");
    CHECK(request.asked("x") == "1");
    CHECK_FALSE(request.asked("ran"));
    CHECK(online::percent_decoded("%", false) == "%");
    CHECK(online::percent_decoded("%zz%4", false) == "%zz%4");
}

TEST_CASE("so many at once, then so many per second") {
    online::RateLimit limit(10, 3);
    const auto begin = online::RateLimit::Clock::now();
    CHECK(limit.take(begin));
    CHECK(limit.take(begin));
    CHECK(limit.take(begin));
    CHECK_FALSE(limit.take(begin));
    CHECK(limit.take(begin + 110ms));
    CHECK_FALSE(limit.take(begin + 120ms));
    for (int i = 0; i < 3; ++i)
        CHECK(limit.take(begin + 1h));
    CHECK_FALSE(limit.take(begin + 1h));
}

TEST_CASE("when places are short the longest silent stranger goes, people and whoever is served stay") {
    using online::Standing;
    online::Places places(4, 1);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<Visitor>> guests;
    const auto enter = [&](Standing standing, bool signed_in) {
        REQUIRE(places.make_room());
        auto guest = std::make_shared<Visitor>();
        guest->standing = standing;
        guest->signed_in = signed_in;
        guest->heard_at = begin + std::chrono::seconds(guests.size());
        places.enter(guest);
        guests.push_back(guest);
    };
    enter(Standing::FEED, false);
    enter(Standing::UNKNOWN, false);
    enter(Standing::IDLE, false);
    CHECK(places.taken() == 3);
    enter(Standing::FEED, true);  // the fourth place is for people: a stranger goes for whom nobody knows yet
    CHECK(guests[1]->evicted);
    enter(Standing::BUSY, false);
    CHECK_FALSE(guests[2]->evicted);
    enter(Standing::BUSY, false);
    CHECK(guests[2]->evicted);
    enter(Standing::BUSY, false);
    CHECK(guests[0]->evicted);
    CHECK(places.evicted() == 3);
    CHECK_FALSE(places.make_room());
    CHECK_FALSE(guests[3]->evicted);
    guests.pop_back();  // one that was served is gone by itself
    CHECK(places.make_room());
    CHECK(places.evicted() == 3);
}
