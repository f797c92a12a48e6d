#include "daq/source_threads.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include <catch2/catch.hpp>

using namespace spillgate;
using namespace std::chrono_literals;

namespace {

// How often a source was run.
class Calls {
  public:
    int another() {
        const std::lock_guard lock(mutex_);
        ++calls_;
        came_.notify_all();
        return calls_;
    }
    bool await(int calls) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, 60s, [&] { return calls_ >= calls; });
    }
    int so_far() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable came_;
    int calls_ = 0;
};

// Yields one batch, in each of its first `good` runs, then ends as it is told.
class ScriptedSource final : public hw::Source {
  public:
    ScriptedSource(proto::Status end, Calls& calls, int good)
        : end_(std::move(end)), calls_(calls), good_(good) {}
    hw::SourceInfo info() const override {
        hw::SourceInfo info;
        info.board = 3;
        info.name = "scripted";
        info.clock_domain = 7;
        info.frequency_hz = 1e6;
        return info;
    }
    proto::Status run(hw::Sink& sink, std::stop_token) override {
        const int call = calls_.another();
        if (call > good_) return end_;
        auto batch = sink.empty();
        batch.board = 3;
        batch.watermark.domain = 7;
        batch.watermark.ticks = std::int64_t{100} * call;
        sink.put_or_drop(std::move(batch));
        return end_;
    }

  private:
    proto::Status end_;
    Calls& calls_;
    int good_;
};

struct Bench {
    explicit Bench(proto::Status end, int good = 1000) : queue(16) {
        std::vector<std::unique_ptr<hw::Source>> sources;
        sources.push_back(std::make_unique<ScriptedSource>(std::move(end), calls, good));
        threads.emplace(std::move(sources), queue, journal);
        threads->start();
    }
    Calls calls;
    daq::Journal journal;
    daq::SourceQueue queue;
    std::optional<daq::SourceThreads> threads;
};

}  // namespace

TEST_CASE("a source that returns has ended, though it did not say so") {
    Bench bench({});
    REQUIRE(bench.queue.take(60s).has_value());
    const auto last = bench.queue.take(60s);
    REQUIRE(last.has_value());
    CHECK(last->last);
    CHECK(last->watermark.ticks == 100);
    CHECK(bench.queue.all_ended());
}

TEST_CASE("a source that the device fails is lost from its watermark on, and tried again") {
    Bench bench(proto::error(proto::ErrorKind::IO, "the cable is out"));
    REQUIRE(bench.queue.take(60s).has_value());
    const auto lost = bench.queue.take(60s);
    REQUIRE(lost.has_value());
    CHECK(lost->board == 3);
    CHECK_FALSE(lost->last);
    REQUIRE(lost->device_events.size() == 1);
    CHECK(lost->device_events.front().kind == hw::DeviceEvent::Kind::LOST);
    CHECK(lost->device_events.front().time.ticks == 100);
    CHECK(lost->device_events.front().name == "the cable is out");
    const auto again = bench.queue.take(60s);
    REQUIRE(again.has_value());
    CHECK(again->watermark.ticks == 200);
    CHECK_FALSE(bench.queue.all_ended());
    const auto told = bench.journal.recent();
    REQUIRE(told.size() >= 2);
    CHECK(told[0] == "source scripted is lost: the cable is out");
    CHECK(told[1].starts_with("source scripted is back after "));
    CHECK(bench.threads->states().front().losses >= 1);
}

TEST_CASE("a device that stays away is lost once, with the newest reason") {
    Bench bench(proto::error(proto::ErrorKind::IO, "the cable is out"), 1);
    REQUIRE(bench.queue.take(60s).has_value());
    REQUIRE(bench.queue.take(60s).has_value());
    REQUIRE(bench.calls.await(3));
    const auto state = bench.threads->states().front();
    CHECK(state.lost);
    CHECK(state.trouble == "the cable is out");
    CHECK(state.lost_for_s > 0);
    CHECK(state.losses == 1);
    CHECK_FALSE(bench.queue.take(0s).has_value());
}

TEST_CASE("a source that can never work ends at once, with its reason in the journal") {
    Bench bench(proto::error(proto::ErrorKind::CORRUPT, "not a run"));
    REQUIRE(bench.queue.take(60s).has_value());
    REQUIRE(bench.queue.take(60s).has_value());
    CHECK(bench.queue.all_ended());
    bench.threads->join();
    CHECK(bench.calls.so_far() == 1);
    REQUIRE(bench.journal.recent().size() == 1);
    CHECK(bench.journal.recent().front().find("not a run") != std::string::npos);
}

TEST_CASE("an exception in a source ends that source alone, with its words in the journal") {
    class Throwing final : public hw::Source {
      public:
        hw::SourceInfo info() const override {
            hw::SourceInfo info;
            info.name = "throwing";
            info.frequency_hz = 1e6;
            return info;
        }
        proto::Status run(hw::Sink&, std::stop_token) override { throw std::runtime_error("no more memory"); }
    };
    daq::Journal journal;
    daq::SourceQueue queue(16);
    std::vector<std::unique_ptr<hw::Source>> sources;
    sources.push_back(std::make_unique<Throwing>());
    daq::SourceThreads threads(std::move(sources), queue, journal);
    threads.start();
    const auto last = queue.take(60s);
    REQUIRE(last.has_value());
    CHECK(last->last);
    CHECK(queue.all_ended());
    threads.join();
    REQUIRE(journal.recent().size() == 1);
    CHECK(journal.recent().front() == "source throwing ended: no more memory");
}

TEST_CASE("a device that is lost before it has said anything is lost on its own clock") {
    Bench bench(proto::error(proto::ErrorKind::IO, "the cable is out"), 0);
    const auto lost = bench.queue.take(60s);
    REQUIRE(lost.has_value());
    CHECK(lost->watermark.domain == 7);
    REQUIRE(lost->device_events.size() == 1);
    CHECK(lost->device_events.front().kind == hw::DeviceEvent::Kind::LOST);
    CHECK(lost->device_events.front().time.domain == 7);
}
