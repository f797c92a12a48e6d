#include "online/feed/feed.hpp"

#include <map>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/feed/snapshot_topics.hpp"
#include "online/feed/updates.hpp"
#include "tests/online/fake_spectra.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

// Says which version it is of, and for whom.
class CountTopic final : public online::Topic {
  public:
    explicit CountTopic(std::string name, std::chrono::milliseconds period = {})
        : name_(std::move(name)), period_(period) {}
    std::string_view name() const override { return name_; }
    std::chrono::milliseconds period() const override { return period_; }
    proto::Status check(const json::object& want) const override {
        if (want.contains("wrong")) return proto::error(proto::ErrorKind::CONFIG, "that is wrong");
        return {};
    }
    std::uint64_t version() override { return now; }
    online::SharedText text(const json::object&, std::uint64_t had) override {
        ++made;
        return std::make_shared<const std::string>("[" + std::to_string(had) + "," + std::to_string(now) +
                                                   "]");
    }
    std::uint64_t now = 1;
    int made = 0;

  private:
    std::string name_;
    std::chrono::milliseconds period_;
};

struct Followed {
    Followed() : a(std::make_shared<CountTopic>("a")), slow(std::make_shared<CountTopic>("slow", 500ms)) {
        feed.add(a);
        feed.add(slow);
        feed.look(begin);
        talk = online::converse_about(feed, [this] {
            return welcome ? proto::Status()
                           : proto::Status(proto::error(proto::ErrorKind::REFUSED, "sign in again"));
        });
    }
    json::object said() {
        const auto text = talk->say().value();
        return text ? json::parse(*text).get_object() : json::object();
    }
    online::Feed feed;
    std::shared_ptr<CountTopic> a, slow;
    online::Feed::Clock::time_point begin = online::Feed::Clock::now();
    bool welcome = true;
    std::unique_ptr<online::Conversation> talk;
};

json::array pair(int had, int now) {
    return json::array{had, now};
}

}  // namespace

TEST_CASE("a console gets what it wants, once per version, as it is new for it") {
    Followed followed;
    CHECK(followed.said().empty());
    REQUIRE(followed.talk->hear(R"({"want": {"a": {}}})").has_value());
    auto said = followed.said();
    CHECK(said.at("a") == pair(0, 1));
    CHECK(said.at("at").is_number());
    CHECK_FALSE(said.contains("slow"));
    CHECK(followed.said().empty());
    followed.a->now = 5;
    followed.feed.look(followed.begin + 1ms);
    CHECK(followed.said().at("a") == pair(1, 5));
    CHECK(followed.said().empty());
}

TEST_CASE("another wish leaves the topics that stay alone, the same wish again begins anew") {
    Followed followed;
    REQUIRE(followed.talk->hear(R"({"want": {"a": {}}})").has_value());
    CHECK(followed.said().at("a") == pair(0, 1));
    REQUIRE(followed.talk->hear(R"({"want": {"a": {}, "slow": {"x": 1}}})").has_value());
    auto said = followed.said();
    CHECK_FALSE(said.contains("a"));
    CHECK(said.at("slow") == pair(0, 1));
    REQUIRE(followed.talk->hear(R"({"want": {"a": {}, "slow": {"x": 1}}})").has_value());
    said = followed.said();
    CHECK(said.at("a") == pair(0, 1));
    CHECK(said.at("slow") == pair(0, 1));
}

TEST_CASE("a topic is taken up no more often than it says") {
    Followed followed;
    REQUIRE(followed.talk->hear(R"({"want": {"slow": {}}})").has_value());
    followed.said();
    followed.slow->now = 2;
    followed.feed.look(followed.begin + 100ms);
    CHECK(followed.said().empty());
    followed.feed.look(followed.begin + 600ms);
    CHECK(followed.said().at("slow") == pair(1, 2));
}

TEST_CASE("a hidden console hears nothing but that we live") {
    Followed followed;
    REQUIRE(followed.talk->hear(R"({"want": {"a": {}}, "hidden": true})").has_value());
    CHECK(followed.said().empty());
    CHECK(json::parse(*followed.talk->sign_of_life()).at("at").is_number());
    REQUIRE(followed.talk->hear(R"({"hidden": false})").has_value());
    CHECK(followed.said().at("a") == pair(0, 1));
}

TEST_CASE("what makes no sense is named, a topic that is not there is told once") {
    Followed followed;
    for (const char* nonsense :
         {"", "{", "[]", "{}", R"({"want": []})", R"({"want": {"a": 1}})", R"({"hidden": 1})", "\x80",
          R"({"want": {"a": {"wrong": 1}}})", R"({"subscribe": ["pe"]})"})
        CHECK_FALSE(followed.talk->hear(nonsense).has_value());
    std::string topics;
    for (int i = 0; i < 100; ++i)
        topics += (i > 0 ? ", \"t" : "\"t") + std::to_string(i) + "\": {}";
    CHECK_FALSE(followed.talk->hear("{\"want\": {" + topics + "}}").has_value());
    REQUIRE(followed.talk->hear(R"({"want": {"none": {}}})").has_value());
    CHECK(followed.said().at("unknown") == json::array{"none"});
    CHECK(followed.said().empty());
}

TEST_CASE("whoever is not welcome any more is told to sign in") {
    Followed followed;
    followed.welcome = false;
    CHECK(followed.talk->say().error().message == "sign in again");
}

TEST_CASE("wishes from the beginning, over and over, cost a bounded number of answers") {
    Followed followed;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(followed.talk->hear(R"({"want": {"a": {}}})").has_value());
        followed.said();
    }
    CHECK(followed.a->made < 500);  // 40 at once, 10 a second; this lasts no minute
}

TEST_CASE("clients that ask again and again get what they have not had, and wait for what is not there yet") {
    Followed followed;
    online::Updates updates(followed.feed);
    std::vector<online::Response> answers;
    const auto ask = [&](const std::string& query) {
        online::Request request;
        request.query = query;
        updates.ask(
            request, [&](online::Response response) { answers.push_back(std::move(response)); },
            followed.begin);
    };
    ask("topics=a");
    REQUIRE(answers.size() == 1);
    const auto first = json::parse(answers[0].body);
    CHECK(first.at("a") == pair(0, 1));
    const auto version = first.at("version").to_number<std::uint64_t>();
    ask("topics=a,slow&wait_s=20&since=" + std::to_string(version));
    CHECK(answers.size() == 1);
    followed.a->now = 2;
    followed.feed.look(followed.begin + 1s);
    updates.look(followed.begin + 1s);
    REQUIRE(answers.size() == 2);
    CHECK(json::parse(answers[1].body).at("a") == pair(1, 2));
    ask("topics=a&wait_s=5&since=" + std::to_string(followed.feed.version()));
    updates.look(followed.begin + 4s);
    CHECK(answers.size() == 2);
    updates.look(followed.begin + 6s);
    REQUIRE(answers.size() == 3);
    CHECK_FALSE(json::parse(answers[2].body).as_object().contains("a"));
    ask("since=1000000&topics=a");  // of before a restart
    REQUIRE(answers.size() == 4);
    CHECK(json::parse(answers[3].body).at("a") == pair(0, 2));
    for (const char* wrong : {"since=x", "wait_s=-1", "wait_s=100", "topics=none", "topics=", "topics=a,"}) {
        ask(wrong);
        CHECK(answers.back().status == 400);
    }
    const int made = followed.a->made;
    ask("topics=a,slow,a");
    CHECK(answers.back().status == 400);
    CHECK(answers.back().body.find("named twice") != std::string::npos);
    CHECK(followed.a->made == made);
    answers.clear();
    for (int i = 0; i < 20; ++i)
        ask("topics=a&since=" + std::to_string(followed.feed.version()));
    CHECK(answers.size() == 4);
    CHECK(answers.front().status == 429);
}

TEST_CASE("spectra come whole at first, then as what has changed, clients alike share one text") {
    online::SnapshotBoard board;
    std::vector spectra{test::fake_spectrum("pe", {100}), test::fake_spectrum("t_rec", {100})};
    auto snapshot = test::fake_snapshot(1, spectra);
    board.publish(snapshot);
    const auto topic = online::spectra_topic(
        board, std::make_shared<online::RecentSpectra>(std::vector<std::uint32_t>{600}));
    const auto want = json::parse(R"({"names": ["pe", "none"], "range": "run"})").get_object();
    REQUIRE(topic->check(want).has_value());
    CHECK(topic->version() == 1);
    const auto whole = topic->text(want, 0);
    REQUIRE(whole);
    CHECK(json::parse(*whole).at(0).at("base").is_null());
    CHECK(topic->text(want, 0) == whole);

    ++spectra[1].in_time[5];
    board.publish(snapshot = test::fake_snapshot(2, spectra, snapshot));
    CHECK(topic->version() == 2);
    CHECK_FALSE(topic->text(want, 1));  // only the other one has changed
    ++spectra[0].in_time[5];
    board.publish(snapshot = test::fake_snapshot(3, spectra, snapshot));
    CHECK(topic->version() == 3);
    const auto delta = json::parse(*topic->text(want, 2));
    CHECK(delta.at(0).at("base") == 1);
    CHECK(delta.at(0).at("in_time").at("set") == json::array{4, 1});
    CHECK(json::parse(*topic->text(want, 1)) == delta);

    for (std::uint64_t version = 4; version < 40; ++version) {
        ++spectra[0].in_time[7];
        board.publish(snapshot = test::fake_snapshot(version, spectra, snapshot));
        topic->version();
        topic->text(want, version - 1);
    }
    CHECK(json::parse(*topic->text(want, 3)).at(0).at("base").is_null());  // too far behind
    for (const char* wrong : {"{}", R"({"names": 1})", R"({"names": [1]})",
                              R"({"names": [], "range": "day"})", R"({"names": [], "range": "spills:7"})",
                              R"({"names": [], "range": 1})", R"({"names": [], "else": 1})"})
        CHECK_FALSE(topic->check(json::parse(wrong).get_object()).has_value());
}

TEST_CASE("a trend begins where it is asked to and goes on with what is new") {
    online::SnapshotBoard board;
    auto points = std::make_shared<std::vector<online::TrendPoint>>();
    const auto publish = [&](double utc_s) {
        auto snapshot = test::fake_snapshot(static_cast<std::uint64_t>(utc_s), {});
        points = std::make_shared<std::vector<online::TrendPoint>>(*points);
        points->emplace_back().utc_s = utc_s;
        snapshot->trend = points;
        board.publish(std::move(snapshot));
    };
    const auto topic = online::trend_topic(board);
    CHECK(topic->version() == 0);
    publish(1000.25);
    publish(1001.25);
    const auto want = json::parse(R"({"since": 1000.5})").get_object();
    const auto had = topic->version();
    CHECK(json::parse(*topic->text(want, 0)).as_array().size() == 1);
    CHECK(json::parse(*topic->text({}, 0)).as_array().size() == 2);
    CHECK_FALSE(topic->text(want, had));
    publish(1002.25);
    CHECK(topic->version() != had);
    const auto news = json::parse(*topic->text(want, had));
    REQUIRE(news.as_array().size() == 1);
    CHECK(news.at(0).at("utc_s") == 1002.25);
}
