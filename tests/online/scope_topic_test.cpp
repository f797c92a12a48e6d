// The scope as consoles follow it and step through it.
#include <condition_variable>
#include <mutex>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/http/router.hpp"
#include "online/scope/scope_pictures.hpp"
#include "online/scope/scope_routes.hpp"
#include "tests/online/scope_slots.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr auto patience = 20s;
constexpr auto period = 250ms;

struct Followed {
    Followed() {
        pictures.wake([this] {
            const std::lock_guard lock(mutex);
            ++made;
            changed.notify_all();
        });
    }
    ~Followed() { worker.stop(); }

    // What somebody is told at that time who has had `had`; null: nothing.
    online::SharedText told(online::ScopePictures::Clock::time_point now,
                            const std::string& which = "latest") {
        const auto version = pictures.version(now);
        const auto wish = online::scope_wish(json::object{{"which", which}}).value();
        auto text = pictures.text(wish, which, had, now);
        had = version;
        return text;
    }
    void until_made(int count) {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, patience, [&] { return made >= count; }));
    }

    std::mutex mutex;
    std::condition_variable changed;
    int made = 0;
    std::uint64_t had = 0;
    online::ScopeRing ring{{}};
    test::ScopeFeeder feeder{ring};
    online::Worker worker{8};
    online::ScopePictures pictures{ring, worker, period};
};

struct Asked {
    explicit Asked(const online::ScopeRing& ring) { router.add(online::scope_routes(ring, worker, 100)); }
    ~Asked() { worker.stop(); }
    online::Response get(const std::string& path, const std::string& query = "") {
        online::Request request;
        request.path = path;
        request.query = query;
        auto match = router.find("GET", path);
        request.values = std::move(match.values);
        std::unique_lock lock(mutex);
        answered = false;
        match.route->serve(request, [&](online::Response response) {
            const std::lock_guard here(mutex);
            answer = std::move(response);
            answered = true;
            changed.notify_all();
        });
        REQUIRE(changed.wait_for(lock, patience, [&] { return answered; }));
        return answer;
    }
    json::value body(const std::string& path, const std::string& query = "") {
        return json::parse(get(path, query).body);
    }

    std::mutex mutex;
    std::condition_variable changed;
    bool answered = false;
    online::Response answer;
    online::Router router;
    online::Worker worker{8};
};

}  // namespace

TEST_CASE("a picture is made when somebody asks, and told once") {
    Followed followed;
    followed.feeder.add({.slot = 4});
    followed.ring.publish();
    const auto now = online::ScopePictures::Clock::now();
    CHECK_FALSE(followed.told(now));
    followed.until_made(1);
    const auto text = followed.told(now);
    REQUIRE(text);
    CHECK(json::parse(*text).at("slot") == 4);
    CHECK_FALSE(followed.told(now + 1s));
    CHECK(followed.made == 1);
}

TEST_CASE("pictures for one wish are no more frequent than configured, and the last is not forgotten") {
    Followed followed;
    followed.feeder.add({.slot = 1});
    followed.ring.publish();
    const auto now = online::ScopePictures::Clock::now();
    followed.told(now);
    followed.until_made(1);
    followed.told(now);
    followed.feeder.add({.slot = 2});
    followed.ring.publish();
    CHECK_FALSE(followed.told(now + 10ms));
    // Nothing more comes, but the picture is owed.
    const auto before = followed.pictures.version(now + period - 1ms);
    CHECK(followed.pictures.version(now + period) > before);
    CHECK_FALSE(followed.told(now + period));
    followed.until_made(2);
    CHECK(json::parse(*followed.told(now + period)).at("slot") == 2);
    CHECK(followed.made == 2);
}

TEST_CASE("a filter that nothing passes says so, and a picture that stays is not told again") {
    Followed followed;
    const auto now = online::ScopePictures::Clock::now();
    followed.told(now, "pulse");
    followed.until_made(1);
    CHECK(json::parse(*followed.told(now, "pulse")).at("slot").is_null());
    followed.feeder.add({1, 7, {{test::sample_in_c, 20}}});
    followed.ring.publish();
    followed.told(now + period, "pulse");
    followed.until_made(2);
    CHECK(json::parse(*followed.told(now + period, "pulse")).at("slot") == 1);
    followed.feeder.add({.slot = 2});  // passes not
    followed.ring.publish();
    followed.told(now + 2 * period, "pulse");
    followed.told(now + 2 * period, "latest");
    followed.until_made(3);  // of the other wish; tasks keep their order
    CHECK_FALSE(followed.told(now + 2 * period, "pulse"));
    CHECK(followed.made == 3);
}

TEST_CASE("wishes are judged field by field") {
    for (const char* wrong :
         {R"({"which": "best"})", R"({"kind": "C"})", R"({"channels": "csi"})", R"({"channels": [1]})",
          R"({"points": 10001})", R"({"points": -1})", R"({"from_us": "0"})", R"({"from_us": 2, "to_us": 1})",
          R"({"hold": true})", R"({"channels": ["a","b","c","d","e","f","g","h","i"]})"})
        CHECK_FALSE(online::scope_wish(json::parse(wrong).get_object()).has_value());
    const auto wish = online::scope_wish(json::parse(R"({"channels": ["csi", "muon"], "which": "largest",
        "kind": "no_beam", "from_us": -2.5, "to_us": null, "points": 0})")
                                             .get_object())
                          .value();
    CHECK(wish.channels == std::vector<std::string>{"csi", "muon"});
    CHECK(wish.filter ==
          online::ScopeFilter{online::ScopeFilter::Which::LARGEST, offline::WindowClass::NO_BEAM});
    CHECK(wish.from_us == -2.5);
    CHECK_FALSE(wish.to_us.has_value());
    CHECK(wish.points == 0);
}

TEST_CASE("slots are listed, asked for by number, and held while others come") {
    online::ScopeRing ring({.kept = 3});
    test::ScopeFeeder feeder(ring);
    for (std::uint64_t slot = 1; slot < 5; ++slot)
        feeder.add({slot, 7, {{test::sample_in_c, static_cast<int>(10 * slot)}}});
    ring.publish();
    Asked asked(ring);
    const auto list = asked.body("/api/scope");
    CHECK(list.at("hold").is_null());
    CHECK(list.at("channels").at(0).at("name") == "csi");
    CHECK(list.at("channels").at(0).at("unit") == "PE");
    CHECK(list.at("channels").at(1).at("role") == "veto");
    CHECK(list.at("channels").at(1).at("mv_per_adc").is_null());
    REQUIRE(list.at("slots").as_array().size() == 3);
    CHECK(list.at("slots").at(0).at("slot") == 2);
    CHECK(list.at("slots").at(0).at("size").as_double() == Approx(20.0 * 50 / 60));
    CHECK(asked.body("/api/scope/3", "channel=csi,muon").at("channels").as_array().size() == 2);
    CHECK(asked.body("/api/scope/latest").at("slot") == 4);
    CHECK(asked.body("/api/scope/latest", "which=largest").at("slot") == 4);

    const auto held = asked.body("/api/scope", "hold=new");
    const std::string hold = "hold=" + std::string(held.at("hold").as_string());
    for (std::uint64_t slot = 5; slot < 30; ++slot)
        feeder.add({.slot = slot});
    ring.publish();
    CHECK(asked.get("/api/scope/2").status == 200);  // among the largest of the run
    CHECK(asked.body("/api/scope/latest").at("slot") == 29);
    CHECK(asked.body("/api/scope", hold).at("slots") == held.at("slots"));
    CHECK(asked.body("/api/scope/3", hold + "&full=1").at("slot") == 3);
    CHECK(asked.get("/api/scope/29", hold).status == 404);

    CHECK(asked.get("/api/scope/3", "hold=none").status == 404);
    CHECK(asked.get("/api/scope/3", "channel=nobody").status == 404);
    CHECK(asked.get("/api/scope/3", "run=8").status == 404);
    CHECK(asked.get("/api/scope/x").status == 400);
    CHECK(asked.get("/api/scope", "which=best").status == 400);
    CHECK(asked.get("/api/scope/latest", "which=saturated").status == 404);
}
