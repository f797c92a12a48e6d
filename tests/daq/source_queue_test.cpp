#include "daq/source_queue.hpp"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

using namespace spillgate;
using namespace std::chrono_literals;

namespace {

constexpr double frequency_hz = 1e6;

hw::SourceInfo board(std::uint32_t id) {
    hw::SourceInfo info;
    info.board = id;
    info.name = "board " + std::to_string(id);
    info.frequency_hz = frequency_hz;
    return info;
}

// One trace and one mark, both at the begin of [begin, end), in ticks.
hw::Batch batch_of(std::uint32_t id, std::int64_t begin, std::int64_t end, std::uint32_t epoch = 0) {
    hw::Batch batch;
    batch.board = id;
    batch.watermark = {0, epoch, end, 0};
    hw::DeviceTrace trace;
    trace.board = id;
    trace.first = {0, epoch, begin, 0};
    trace.count = 4;
    batch.samples.resize(4);
    batch.traces.push_back(trace);
    hw::Mark mark;
    mark.time = trace.first;
    batch.marks.push_back(mark);
    return batch;
}

}  // namespace

TEST_CASE("batches of one lane come out in order, and their memory is used again") {
    daq::SourceQueue queue(4);
    auto& lane = queue.add_lane(board(0));
    for (std::int64_t i = 0; i < 3; ++i)
        CHECK(lane.put_or_drop(batch_of(0, 10 * i, 10 * i + 10)));
    for (int i = 0; i < 3; ++i) {
        auto batch = queue.take(1s);
        REQUIRE(batch);
        CHECK(batch->watermark.ticks == 10 * i + 10);
        queue.give_back(std::move(*batch));
    }
    CHECK_FALSE(queue.take(1ms));
    const auto reused = lane.empty();
    CHECK(reused.samples.empty());
    CHECK(reused.samples.capacity() >= 4);
}

TEST_CASE("what a full lane loses behind a batch's watermark is in the stretch that is said to be lost") {
    daq::SourceQueue queue(1);
    auto& lane = queue.add_lane(board(0));
    CHECK(lane.put_or_drop(batch_of(0, 0, 10)));
    // Traces of [25, 29) and [36, 40) in batches that are complete up to 20 and 30 only.
    auto ahead = batch_of(0, 25, 20);
    ahead.marks.clear();
    const bool has_room = lane.put_or_drop(std::move(ahead));
    CHECK_FALSE(has_room);
    ahead = batch_of(0, 36, 30);
    ahead.marks.clear();
    const bool still_has_room = lane.put_or_drop(std::move(ahead));
    CHECK_FALSE(still_has_room);
    const auto tail = queue.take(1s);
    REQUIRE(tail);
    CHECK(tail->watermark.ticks == 30);
    REQUIRE(tail->device_events.size() == 1);
    CHECK(tail->device_events.front().time.ticks == 10);
    CHECK(tail->device_events.front().until.ticks == 40);
    CHECK(tail->device_events.front().count == 2);
}

TEST_CASE("a full lane of a live source loses traces and says which stretch, but keeps marks") {
    daq::SourceQueue queue(2);
    auto& lane = queue.add_lane(board(0));
    CHECK(lane.put_or_drop(batch_of(0, 0, 10)));
    CHECK(lane.put_or_drop(batch_of(0, 10, 20)));
    CHECK_FALSE(lane.put_or_drop(batch_of(0, 20, 30)));
    CHECK_FALSE(lane.put_or_drop(batch_of(0, 30, 40)));
    CHECK(queue.levels().front().dropped_batches == 2);

    REQUIRE(queue.take(1s));
    const auto tail = queue.take(1s);
    REQUIRE(tail);
    CHECK(tail->watermark.ticks == 40);
    CHECK(tail->traces.size() == 1);
    REQUIRE(tail->marks.size() == 3);
    CHECK(tail->marks[1].time.ticks == 20);
    CHECK(tail->marks[2].time.ticks == 30);
    REQUIRE(tail->device_events.size() == 1);
    const auto& event = tail->device_events.front();
    CHECK(event.kind == hw::DeviceEvent::Kind::DROPPED);
    CHECK(event.name == "buffer-full");
    CHECK(event.time.ticks == 20);
    CHECK(event.until.ticks == 40);
    CHECK(event.count == 2);
}

TEST_CASE("what a batch of dropped ones has no room for is counted: marks, charges and device events") {
    constexpr std::size_t most = 1 << 16;
    daq::SourceQueue queue(1);
    auto& lane = queue.add_lane(board(0));
    auto full = batch_of(0, 0, 10);
    full.marks.resize(most - 1, full.marks.front());
    full.charges.resize(most - 2);
    full.device_events.resize(most);
    const bool had_room = lane.put_or_drop(std::move(full));
    CHECK(had_room);
    auto more = batch_of(0, 10, 20);
    more.marks.resize(4, more.marks.front());
    more.charges.resize(4);
    more.device_events.resize(4);
    const bool has_room = lane.put_or_drop(std::move(more));
    CHECK_FALSE(has_room);
    const auto level = queue.levels().front();
    CHECK(level.dropped_marks == 3);
    CHECK(level.dropped_charges == 2);
    CHECK(level.dropped_events == 4);
    const auto batch = queue.take(1s);
    REQUIRE(batch);
    CHECK(batch->marks.size() == most);
    CHECK(batch->charges.size() == most);
    CHECK(batch->device_events.size() == most + 1);  // and what says which stretch was dropped
}

TEST_CASE("a stream whose clock begins anew keeps no other one waiting") {
    daq::SourceQueue queue(64);
    auto first = board(0);
    auto second = board(1);
    second.clock_domain = 1;
    auto& restarted = queue.add_lane(first);
    auto& steady = queue.add_lane(second);
    const auto put = [&](std::int64_t ms, std::uint32_t epoch, std::int64_t own_ms) {
        CHECK(restarted.put_or_drop(batch_of(0, 1000 * own_ms - 1000, 1000 * own_ms, epoch)));
        auto other = batch_of(1, 1000 * ms - 1000, 1000 * ms);
        other.watermark.domain = 1;
        const bool has_room = steady.put_or_drop(std::move(other));
        CHECK(has_room);
    };
    // Ten seconds together, then one of them counts from zero again.
    for (std::int64_t ms = 1000; ms <= 10'000; ms += 1000)
        put(ms, 0, ms);
    for (std::int64_t ms = 20; ms <= 400; ms += 20)
        put(10'000 + ms, 1, ms);
    std::size_t taken[2] = {};
    std::size_t furthest_apart = 0;
    for (int i = 0; i < 60; ++i) {
        const auto batch = queue.take(1s);
        REQUIRE(batch);
        ++taken[batch->board];
        furthest_apart =
            std::max(furthest_apart, std::max(taken[0], taken[1]) - std::min(taken[0], taken[1]));
    }
    CHECK(taken[0] == 30);
    CHECK(taken[1] == 30);
    CHECK(furthest_apart <= 3);
}

TEST_CASE("a dropped batch of a new epoch, or the last one, still comes, without its traces") {
    daq::SourceQueue queue(1);
    auto& lane = queue.add_lane(board(0));
    CHECK(lane.put_or_drop(batch_of(0, 0, 10)));
    CHECK_FALSE(lane.put_or_drop(batch_of(0, 5, 15, 1)));
    auto last = batch_of(0, 15, 25, 1);
    last.last = true;
    const bool kept = lane.put_or_drop(std::move(last));
    CHECK_FALSE(kept);
    REQUIRE(queue.take(1s));
    const auto epoch = queue.take(1s);
    REQUIRE(epoch);
    CHECK(epoch->watermark.epoch == 1);
    CHECK(epoch->traces.empty());
    CHECK(epoch->marks.size() == 1);
    CHECK(epoch->device_events.size() == 1);
    const auto end = queue.take(1s);
    REQUIRE(end);
    CHECK(end->last);
    CHECK(queue.all_ended());
    CHECK(queue.drained());
}

TEST_CASE("a source that can wait is held back and loses nothing") {
    daq::SourceQueue queue(3);
    auto& lane = queue.add_lane(board(0));
    constexpr int batches = 1000;
    std::thread source([&] {
        for (std::int64_t i = 0; i < batches; ++i) {
            auto batch = batch_of(0, 10 * i, 10 * i + 10);
            batch.last = i + 1 == batches;
            if (!lane.wait_and_put(std::move(batch))) return;
        }
    });
    int taken = 0;
    while (auto batch = queue.take(60s)) {
        CHECK(queue.levels().front().used <= 3);
        CHECK(batch->watermark.ticks == 10 * taken + 10);
        ++taken;
        if (batch->last) break;
    }
    source.join();
    CHECK(taken == batches);
    CHECK(queue.sources_wait());
    CHECK(queue.levels().front().dropped_batches == 0);
}

TEST_CASE("closing sends a waiting source away and keeps what is queued") {
    daq::SourceQueue queue(1);
    auto& lane = queue.add_lane(board(0));
    std::atomic<bool> refused = false;
    std::thread source([&] {
        for (std::int64_t i = 0; !refused; ++i)
            refused = !lane.wait_and_put(batch_of(0, 10 * i, 10 * i + 10));
    });
    while (queue.levels().front().used == 0)
        std::this_thread::yield();
    queue.close();
    source.join();
    CHECK(refused);
    CHECK_FALSE(queue.drained());
    CHECK(queue.take(1s));
    CHECK(queue.drained());
}

TEST_CASE("of two lanes the one whose stream is behind in device time comes first") {
    daq::SourceQueue queue(100);
    auto& fast = queue.add_lane(board(0));
    auto& slow = queue.add_lane(board(1));
    const auto step = static_cast<std::int64_t>(0.05 * frequency_hz);
    for (int i = 0; i < 20; ++i)
        fast.put_or_drop(batch_of(0, i * step, (i + 1) * step));
    for (int i = 0; i < 20; ++i)
        slow.put_or_drop(batch_of(1, i * step, (i + 1) * step));
    std::int64_t newest[2] = {0, 0};
    for (int i = 0; i < 40; ++i) {
        const auto batch = queue.take(1s);
        REQUIRE(batch);
        newest[batch->board] = batch->watermark.ticks;
        CHECK(std::abs(newest[0] - newest[1]) <= 2 * step);
    }
}

TEST_CASE("a stream that is behind and still delivering is waited for") {
    daq::SourceQueue queue(100);
    auto& fast = queue.add_lane(board(0));
    auto& slow = queue.add_lane(board(1));
    const auto second = static_cast<std::int64_t>(frequency_hz);
    fast.put_or_drop(batch_of(0, 0, 1));
    slow.put_or_drop(batch_of(1, 0, 1));
    fast.put_or_drop(batch_of(0, 1, second));
    fast.put_or_drop(batch_of(0, second, 2 * second));
    std::thread late([&] {
        while (queue.levels()[0].used > 1)
            std::this_thread::yield();
        slow.put_or_drop(batch_of(1, 1, second));
    });
    std::vector<std::uint32_t> order;
    for (int i = 0; i < 5; ++i) {
        const auto batch = queue.take(60s);
        REQUIRE(batch);
        order.push_back(batch->board);
    }
    late.join();
    CHECK(order.back() == 0);
    CHECK(order[3] == 1);
}
