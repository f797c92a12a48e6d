#include "online/recent_spectra.hpp"

#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <catch2/catch.hpp>

#include "offline/spectra/spectra_difference.hpp"
#include "online/feed/snapshot_topics.hpp"
#include "online/opened_runs.hpp"
#include "online/run_stream.hpp"
#include "online/snapshot_json.hpp"
#include "tests/online/fake_spectra.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using online::RecentSpectra;

namespace json = boost::json;

namespace {

// One daemon's share of a run, filled slot by slot, and shown as the live process shows it.
class Filled {
  public:
    explicit Filled(const std::vector<std::uint32_t>& spills, std::size_t slots = 400, std::uint32_t run = 9)
        : recent(std::make_shared<RecentSpectra>(spills)),
          run_(run),
          messages_(test::synthetic_messages(run, slots, 7)) {}

    // The next slots; every third look sees them.
    void fill(std::size_t slots) {
        for (; slots > 0 && next_ < messages_.size(); ++next_) {
            add(stream_, messages_[next_]);
            if (messages_[next_].topic == proto::Topic::VERDICT) --slots;
        }
        look();
    }
    void settle() { stream_.acknowledge(next_); }
    void take_back() {
        stream_.forget_unsettled();
        look();
    }
    void begin_run(std::uint32_t run) {
        run_ = run;
        stream_.reset();
        next_ = 0;
        look();
    }
    void look() {
        auto snapshot = test::fake_snapshot(++version_, {}, before_);
        snapshot->spectra = stream_.live().clone();
        snapshot->changed.assign(snapshot->spectra->size(), version_);
        wire::RunDescription description;
        description.set_number(run_);
        snapshot->run.description = std::make_shared<const wire::RunDescription>(description);
        snapshot->run.spills_filled = stream_.spills_filled();
        snapshot->run.taken_back = stream_.taken_back();
        snapshot->run.checkpoint_used = from_checkpoint;
        before_ = snapshot;
        board.publish(snapshot);
        recent->take(snapshot, now);
    }

    // Spectra of the last slots that have been filled, made anew of these alone.
    std::string filled_alone(std::uint64_t slots) const {
        online::RunStream alone(test::demo_engine(), 1000);
        std::size_t begin = next_;
        for (std::uint64_t seen = 0; begin > 0; --begin) {
            if (messages_[begin - 1].topic == proto::Topic::VERDICT && ++seen > slots) break;
        }
        for (std::size_t i = begin; i < next_; ++i)
            add(alone, messages_[i]);
        return alone.live().serialise();
    }
    std::string whole() const { return stream_.live().serialise(); }
    std::uint64_t spills() const { return stream_.spills_filled(); }

    std::shared_ptr<RecentSpectra> recent;
    online::SnapshotBoard board;
    bool from_checkpoint = false;
    RecentSpectra::Clock::time_point now = RecentSpectra::Clock::now();

    static void add(online::RunStream& stream, const proto::Message& message) {
        const auto header = std::as_bytes(std::span(message.header));
        if (message.topic == proto::Topic::VERDICT) {
            stream.add(proto::decode_verdict(header).value());
            return;
        }
        static const auto worker = test::demo_engine()->make_worker();
        proto::SpillRecord record;
        REQUIRE(proto::decode_spill(header, message.payload(), record).has_value());
        auto candidates = stream.spare();
        worker->reconstruct(record, candidates);
        stream.add(message.sequence, std::move(candidates));
    }

  private:
    std::uint32_t run_;
    std::vector<proto::Message> messages_;
    std::size_t next_ = 0;
    std::uint64_t version_ = 0;
    online::SnapshotPtr before_;
    online::RunStream stream_{test::demo_engine(), 1000};
};

std::uint64_t spills_in(const online::SnapshotPtr& shown) {
    return shown->range->spills;
}

}  // namespace

TEST_CASE("a range has the counts, exposure and charge of its slots, as if only they had been filled") {
    Filled run({100});
    CHECK(run.recent->names() == std::vector<std::string>{"run", "hour", "spills:100", "reset"});
    run.look();
    for (int i = 0; i < 60; ++i) {
        run.fill(5 + static_cast<std::size_t>(i) % 3);
        const auto shown = run.recent->of("spills:100");
        const auto spills = spills_in(shown);
        CHECK(spills <= 100);
        CHECK(spills >= std::min<std::uint64_t>(run.spills(), 87));  // 95, and what one look brings
        CHECK(shown->spectra->serialise() == run.filled_alone(shown->spectra->slots()));
        CHECK(run.recent->of("run")->spectra->serialise() == run.whole());
    }
    CHECK(run.recent->of("hour")->spectra->serialise() == run.whole());
    const auto all = json::parse(json::serialize(online::spectrum_json(*run.recent->of("run"), 0)));
    const auto some = json::parse(json::serialize(online::spectrum_json(*run.recent->of("spills:100"), 0)));
    CHECK(all.at("range").is_null());
    CHECK(some.at("range").at("name") == "spills:100");
    CHECK(some.at("range").at("begin_utc_s").is_double());
    CHECK(some.at("in_time").at("windows").to_number<int>() <
          all.at("in_time").at("windows").to_number<int>());
    CHECK(some.at("live_pot").at("measured").to_number<double>() ==
          Approx(some.at("in_time").at("windows").to_number<double>() * 23.3e-6 / 1.602176634e-19));
}

TEST_CASE("the last hour loses what is older as time passes, with or without new slots") {
    Filled run({600});
    run.look();
    run.fill(50);
    run.now += 30min;
    run.fill(50);
    const auto early = run.recent->of("hour");
    CHECK(spills_in(early) == run.spills());
    run.now += 40min;
    run.look();
    const auto version = run.recent->version();
    const auto later = run.recent->of("hour");
    CHECK(spills_in(later) < run.spills());
    CHECK(later->spectra->serialise() == run.filled_alone(later->spectra->slots()));
    run.now += 40min;
    run.look();
    CHECK(run.recent->version() > version);
    CHECK(spills_in(run.recent->of("hour")) == 0);
    CHECK(run.recent->of("hour")->spectra->slots() == 0);
}

TEST_CASE(
    "what has been taken back leaves no range with less than nothing, nor with slots that are not there") {
    Filled run({20, 1000});
    run.look();
    run.fill(60);
    run.settle();
    run.fill(40);
    run.fill(5);
    REQUIRE(spills_in(run.recent->of("spills:20")) > 0);
    run.take_back();
    CHECK(spills_in(run.recent->of("spills:20")) == 0);
    CHECK(run.recent->of("spills:20")->spectra->slots() == 0);
    // What begins with the run stays true.
    CHECK(run.recent->of("spills:1000")->spectra->serialise() == run.whole());
}

TEST_CASE("what came between two states of blinded spectra is as sealed as the newer one") {
    const auto engine = offline::Engine::make(test::blinded_config()).value();
    const auto messages = test::synthetic_messages(9, 60, 7);
    online::RunStream all(engine, 1000);
    online::RunStream late(engine, 1000);
    std::shared_ptr<const offline::Spectra> before;
    for (const auto& message : messages) {
        // Between two slots: after a verdict.
        if (!before && message.sequence > messages.size() / 2 &&
            messages[message.sequence - 1].topic == proto::Topic::VERDICT)
            before = all.live().clone();
        Filled::add(all, message);
        if (before) Filled::add(late, message);
    }
    const auto between = offline::difference(all.live(), *before);
    CHECK(between->serialise() == late.live().serialise());
    CHECK(between->histogram(0).sealed == offline::Sealing::BOX);
    CHECK(offline::difference(*before, all.live()) == nullptr);

    const test::ScratchDirectory scratch;
    auto log = proto::UnblindingLog::open(scratch.path()).value();
    wire::Unblinding act;
    act.set_signed_by("A. Person");
    act.set_reason("the selection is frozen");
    act.set_first_run(9);
    act.set_last_run(9);
    log.append(act).value();
    online::OpenedRuns runs(scratch.path());
    REQUIRE(runs.look(9));
    const auto shown = offline::difference(*runs.shown(9, all.live().clone()), *before);
    const auto whole = runs.shown(9, late.live().clone());
    CHECK(shown->histogram(0).sealed == offline::Sealing::NONE);
    CHECK(std::ranges::equal(shown->histogram(0).in_time, whole->histogram(0).in_time));
    CHECK_FALSE(std::ranges::equal(shown->histogram(0).in_time, between->histogram(0).in_time));
}

TEST_CASE(
    "another run begins its own ranges, one that a checkpoint brought is not known from its beginning") {
    Filled run({20});
    run.look();
    run.fill(90);
    run.begin_run(10);
    run.fill(10);
    CHECK(run.recent->of("spills:20")->spectra->serialise() == run.whole());

    Filled restored({600});
    restored.from_checkpoint = true;
    restored.fill(30);
    CHECK(restored.recent->of("spills:600")->spectra->slots() == 0);
    restored.fill(20);
    const auto shown = restored.recent->of("spills:600");
    CHECK(shown->spectra->slots() == 20);
    CHECK(shown->spectra->serialise() == restored.filled_alone(20));
}

TEST_CASE("consoles that follow a range get it whole, then what has changed in it") {
    Filled run({30});
    const auto topic = online::spectra_topic(run.board, run.recent);
    const auto want = json::parse(R"({"names": ["pe"], "range": "spills:30"})").get_object();
    std::vector<std::uint64_t> held;
    std::mt19937 random(3);
    std::uint64_t had = 0;
    std::size_t deltas = 0;
    run.look();
    for (int round = 0; round < 60; ++round) {
        run.fill(1 + random() % 4);
        const auto version = topic->version();
        if (random() % 3 == 0) continue;
        if (const auto text = topic->text(want, had)) {
            const auto told = json::parse(*text).at(0);
            CHECK(told.at("range").at("name") == "spills:30");
            if (!told.at("in_time").is_object()) continue;
            const auto& c = told.at("in_time").get_object();
            if (const auto* counts = c.if_contains("counts")) {
                held = json::value_to<std::vector<std::uint64_t>>(*counts);
            } else {
                const auto& set = c.at("set").get_array();
                for (std::size_t i = 0; i < set.size(); i += 2)
                    held.at(set[i].to_number<std::size_t>()) = set[i + 1].to_number<std::uint64_t>();
                ++deltas;
            }
        }
        had = version;
        const auto shown = run.recent->of("spills:30")->spectra->histogram(0).in_time;
        REQUIRE(held.size() == shown.size() - 2);
        CHECK(std::equal(held.begin(), held.end(), shown.begin() + 1));
    }
    CHECK(deltas > 10);
}
