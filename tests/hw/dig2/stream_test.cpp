#include "hw/dig2/stream.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "tests/hw/batch_contract.hpp"
#include "tests/hw/dig2/module_bytes.hpp"

namespace spillgate::hw::dig2 {

using testing::append;
using testing::bytes_of;
using testing::psd_words;
using testing::scope_words;

namespace {

constexpr std::int64_t second = 1'000'000'000;

StreamSetup setup_of(bool psd) {
    StreamSetup setup;
    setup.board = 3;
    setup.clock_domain = 2;
    setup.psd = psd;
    setup.encoding.bits = 14;
    setup.patience_ns = second / 2;
    setup.patience_ticks = 62'500'000;
    setup.channels.resize(8);
    for (auto& channel : setup.channels)
        channel = {.enabled = true, .pretrigger_ticks = 2, .samples = 4};
    return setup;
}

// 125 MHz, started at 0.
ClockTie tie() {
    return {0.125, 0, 0};
}

proto::Status take(Stream& stream, const std::vector<std::uint64_t>& words, std::uint32_t events,
                   std::int64_t now_ns) {
    const auto bytes = bytes_of(words);
    return stream.take(bytes, events, now_ns);
}

Batch next(Stream& stream) {
    Batch batch = stream.release(0);
    stream.use({});
    return batch;
}

const DeviceEvent* event_named(const Batch& batch, std::string_view name) {
    const auto found = std::ranges::find(batch.device_events, name, &DeviceEvent::name);
    return found == batch.device_events.end() ? nullptr : &*found;
}

hw::testing::BatchContract contract() {
    return hw::testing::BatchContract({3, "test", "dig2", true, 2, 125e6});
}

}  // namespace

TEST_CASE("a scope event becomes one trace for each channel, at its first sample", "[dig2]") {
    auto setup = setup_of(false);
    setup.ticks_per_stamp = 4;
    Stream stream(setup, {0.5, 0, 0});
    REQUIRE(take(stream, scope_words(1000, 0, 0b1010), 1, second));
    const Batch batch = next(stream);
    REQUIRE(batch.traces.size() == 2);
    CHECK(batch.traces[0].channel == 1);
    CHECK(batch.traces[1].channel == 3);
    CHECK(batch.traces[0].first == proto::ClockTime{2, 0, 3998, 0});
    CHECK(batch.traces[0].count == 4);
    CHECK(batch.samples[batch.traces[1].offset + 2] == 3 * 16 + 2);
    CHECK(batch.watermark.ticks == 3999);
    CHECK(batch.traces[0].device_header.size() == 8);
}

TEST_CASE("the counter goes on beyond its wrap", "[dig2]") {
    Stream stream(setup_of(false), tie());
    constexpr std::int64_t wrap = std::int64_t{1} << 48;
    REQUIRE(take(stream, scope_words(wrap - 100, 0, 1), 1, second));
    REQUIRE(take(stream, scope_words(wrap + 50, 1, 1), 1, second));
    REQUIRE(take(stream, scope_words(wrap + 900, 2, 1), 1, second));
    const Batch batch = next(stream);
    REQUIRE(batch.traces.size() == 3);
    CHECK(batch.traces[0].first.ticks == wrap - 102);
    CHECK(batch.traces[1].first.ticks == wrap + 48);
    CHECK(batch.traces[2].first.ticks == wrap + 898);
    CHECK(stream.counts().timestamp_rollovers == 1);
    REQUIRE(batch.device_events.size() == 1);
    CHECK(batch.device_events[0].kind == DeviceEvent::Kind::COUNTED);
    CHECK(batch.device_events[0].name == "timestamp-rollover");
    CHECK(batch.device_events[0].count == 1);
}

TEST_CASE("trigger numbers that are missing are dropped traces between two events", "[dig2]") {
    Stream stream(setup_of(false), tie());
    REQUIRE(take(stream, scope_words(1000, 0xFFFFFE, 1), 1, second));
    REQUIRE(take(stream, scope_words(2000, 2, 1), 1, second));
    const Batch batch = next(stream);
    const auto* lost = event_named(batch, "trigger-lost");
    REQUIRE(lost != nullptr);
    CHECK(lost->kind == DeviceEvent::Kind::DROPPED);
    CHECK(lost->count == 3);
    CHECK(lost->time.ticks == 1000);
    CHECK(lost->until.ticks == 2000);
}

TEST_CASE("a damaged trigger number claims no losses, and the next number goes on", "[dig2]") {
    for (unsigned bit = 10; bit < 24; ++bit) {
        Stream stream(setup_of(false), tie());
        const std::uint32_t first = 0x3FFFFE;
        for (std::uint32_t i = 0; i < 6; ++i) {
            const std::uint32_t number = (first + i) ^ (i == 3 ? 1U << bit : 0);
            REQUIRE(take(stream, scope_words(std::uint64_t{1000} * (i + 1), number, 1), 1, second));
        }
        const Batch batch = next(stream);
        INFO("bit " << bit);
        CHECK(batch.traces.size() == 6);
        CHECK(event_named(batch, "trigger-lost") == nullptr);
        const auto* damaged = event_named(batch, "corrupt-trigger-number");
        REQUIRE(damaged != nullptr);
        CHECK(damaged->count == 1);
        CHECK(damaged->time.ticks == 3000);
        CHECK(damaged->until.ticks == 4000);
    }
}

TEST_CASE("the lost-trigger counter tells only of losses that no gap has shown", "[dig2]") {
    Stream stream(setup_of(false), tie());
    REQUIRE(take(stream, scope_words(1000, 0, 1), 1, second));
    stream.lost_triggers(3, second);
    REQUIRE(take(stream, scope_words(2000, 4, 1), 1, second));  // shows the same three
    stream.lost_triggers(3, 2 * second);
    CHECK(event_named(next(stream), "trigger-lost")->count == 3);
    stream.lost_triggers(5, 3 * second);
    CHECK(event_named(next(stream), "trigger-lost") == nullptr);
    stream.lost_triggers(5, 4 * second);  // and no event came
    const Batch batch = next(stream);
    REQUIRE(event_named(batch, "trigger-lost") != nullptr);
    CHECK(event_named(batch, "trigger-lost")->count == 2);
    stream.lost_triggers(6, 5 * second);
    stream.finish();
    CHECK(event_named(next(stream), "trigger-lost")->count == 1);
}

TEST_CASE("a board that says it failed is dropped traces", "[dig2]") {
    Stream stream(setup_of(false), tie());
    auto words = scope_words(1000, 0, 1);
    words[0] |= std::uint64_t{1} << 56;
    REQUIRE(take(stream, words, 1, second));
    CHECK(event_named(next(stream), "board-fail") != nullptr);
}

TEST_CASE("time passes without events, at least as much as is certain", "[dig2]") {
    auto check = contract();
    Stream stream(setup_of(false), tie());
    Batch batch = next(stream);
    check.check(batch);
    CHECK(batch.watermark.ticks == -2);
    stream.idle(10 * second);
    batch = next(stream);
    check.check(batch);
    const double certain = 0.125 * 9.5 * second;
    CHECK(static_cast<double>(batch.watermark.ticks) <= certain - 2);
    CHECK(static_cast<double>(batch.watermark.ticks) > certain * 0.999);
    // An event just after what was certain is in time; one before is not, and is counted.
    REQUIRE(take(stream, scope_words(static_cast<std::uint64_t>(batch.watermark.ticks + 2), 0, 1), 1,
                 10 * second));
    batch = next(stream);
    check.check(batch);
    CHECK(batch.traces.size() == 1);
    CHECK(check.violations().empty());
}

TEST_CASE("while data come, only they move the watermark", "[dig2]") {
    Stream stream(setup_of(false), tie());
    REQUIRE(take(stream, scope_words(1000, 0, 1), 1, 10 * second));
    stream.idle(10 * second + second / 4);
    CHECK(next(stream).watermark.ticks == 999);
    stream.idle(10 * second + second / 2);
    CHECK(next(stream).watermark.ticks > 999);
}

TEST_CASE("a time event moves the watermark if it fits what is known", "[dig2]") {
    Stream stream(setup_of(false), tie());
    REQUIRE(take(stream, scope_words(1000, 0, 1), 1, second));
    REQUIRE(take(stream, {std::uint64_t{4} << 60 | 2, 5000}, 1, second));
    CHECK(next(stream).watermark.ticks == 4999);
    REQUIRE(take(stream, {std::uint64_t{4} << 60 | 2, 3000}, 1, second));
    REQUIRE(take(stream, {std::uint64_t{4} << 60 | 2, std::uint64_t{1} << 40}, 1, second));
    CHECK(next(stream).watermark.ticks == 4999);
}

TEST_CASE("where the counter is at most is said closely, or not at all", "[dig2]") {
    Stream stream(setup_of(false), tie());
    const auto bound_at = [&](std::int64_t now_ns, std::uint64_t stamp, std::uint32_t number) {
        REQUIRE(take(stream, scope_words(stamp, number, 1), 1, now_ns));
        const Batch batch = stream.release(now_ns);
        stream.use({});
        return batch.clock_bound;
    };
    const auto after_a_second = bound_at(second, 125'000'000, 1);
    REQUIRE(after_a_second.has_value());
    CHECK(after_a_second->steady_ns == second);
    CHECK(after_a_second->ticks >= 125'000'000);
    CHECK(after_a_second->ticks <= 125'100'000);
    // By then the clocks may be 0.6 s apart, which is longer than data are waited for.
    CHECK_FALSE(bound_at(1000 * second, 125'000'000'000, 2).has_value());

    Stream not_cleared(setup_of(false), tie());
    REQUIRE(take(not_cleared, scope_words(7'000'000'000, 1, 1), 1, second));
    CHECK_FALSE(not_cleared.release(second).clock_bound.has_value());
}

TEST_CASE("a counter that jumps ends the epoch", "[dig2]") {
    {
        Stream stream(setup_of(false), tie());
        REQUIRE(take(stream, scope_words(5000, 0, 1), 1, second));
        const auto status = take(stream, scope_words(4000, 1, 1), 1, second);
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().kind == proto::ErrorKind::IO);
        CHECK(next(stream).traces.size() == 1);
    }
    {
        Stream stream(setup_of(false), tie());
        REQUIRE(take(stream, scope_words(5000, 0, 1), 1, second));
        CHECK_FALSE(take(stream, scope_words(625'000'000, 1, 1), 1, second).has_value());
    }
}

TEST_CASE("a counter that was not cleared is taken as it is", "[dig2]") {
    Stream stream(setup_of(false), tie());
    constexpr std::uint64_t preset = std::uint64_t{1} << 40;
    REQUIRE(take(stream, scope_words(preset, 0, 1), 1, second));
    REQUIRE(take(stream, scope_words(preset + 1000, 1, 1), 1, second));
    CHECK(next(stream).traces.size() == 2);
}

TEST_CASE("what is wrong in a block is counted by name and the next block is read", "[dig2]") {
    const auto fault_of = [](const std::vector<std::uint64_t>& words, std::uint32_t events) {
        Stream stream(setup_of(false), tie());
        REQUIRE(take(stream, words, events, second));
        Batch batch = next(stream);
        const std::string name = batch.device_events.empty() ? "" : batch.device_events.front().name;
        REQUIRE(take(stream, scope_words(100'000, 7, 1), 1, second));
        CHECK(next(stream).traces.size() == 1);
        return name;
    };
    auto words = scope_words(1000, 0, 1);
    words[0] &= ~std::uint64_t{0xFFFFFFFF};
    CHECK(fault_of(words, 1) == "corrupt-event-empty");
    words[0] |= 5;
    CHECK(fault_of(words, 1) == "corrupt-event-beyond-block");
    words = scope_words(1000, 0, 1);
    CHECK(fault_of(words, 2) == "corrupt-event-count");
    words[0] |= std::uint64_t{9} << 60;
    CHECK(fault_of(words, 1) == "corrupt-format-unknown");
    CHECK(fault_of(psd_words(1000, 0, 0, 0, 0), 1) == "corrupt-format-unexpected");
    CHECK(fault_of(scope_words(1000, 0, std::uint64_t{1} << 40), 1) == "corrupt-channel-unknown");
    words = scope_words(1000, 0, 0b11);
    words[0] = (words[0] & ~std::uint64_t{0xFFFFFFFF}) | 4;
    words.pop_back();
    CHECK(fault_of(words, 1) == "corrupt-scope-uneven");
}

TEST_CASE("DPP hits come out in order with their energies", "[dig2]") {
    auto check = contract();
    Stream stream(setup_of(true), tie());
    std::vector<std::uint64_t> words;
    append(words, psd_words(9000, 1, 0, 500, 100));
    append(words, psd_words(7000, 2, 1, 600, 200));
    append(words, psd_words(8000, 0, 2, 700, 300));
    REQUIRE(take(stream, words, 3, second));
    check.check(next(stream));
    REQUIRE(take(stream, psd_words(7500, 3, 3, 800, 400), 1, second));
    stream.idle(3 * second);
    const Batch batch = next(stream);
    check.check(batch);
    REQUIRE(batch.traces.size() == 4);
    const std::vector<std::uint32_t> channels{2, 3, 0, 1};
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(batch.traces[i].channel == channels[i]);
    CHECK(batch.traces[0].first.ticks == 6998);
    // The second word of the hit, as docs/dig2.md has it.
    const auto& header = batch.traces[0].device_header;
    CHECK(static_cast<std::uint8_t>(header[6]) * 256 + static_cast<std::uint8_t>(header[7]) == 600);
    CHECK(check.violations().empty());
    CHECK(stream.counts().events == 4);
}

TEST_CASE("a DPP hit that is too late is counted, not delivered", "[dig2]") {
    Stream stream(setup_of(true), tie());
    REQUIRE(take(stream, psd_words(125'000'000, 0, 0, 0, 0), 1, second));
    REQUIRE(take(stream, psd_words(125'000'000 - 70'000'000, 0, 1, 0, 0), 1, second));
    const Batch batch = next(stream);
    CHECK(event_named(batch, "event-late") != nullptr);
    CHECK(stream.counts().faults.of(Fault::EVENT_LATE) == 1);
    CHECK(stream.counts().events == 1);
}

TEST_CASE("triggers of a DPP channel that were not saved are dropped traces", "[dig2]") {
    Stream stream(setup_of(true), tie());
    const auto statistics = [](std::uint64_t stamp, std::uint32_t counter, std::uint64_t triggers,
                               std::uint64_t saved) {
        std::vector<std::uint64_t> words{
            std::uint64_t{2} << 60 | std::uint64_t{counter} << 32 | 5,
            std::uint64_t{1} << 56 | std::uint64_t{1} << 55 | stamp, 0, std::uint64_t{1} << 60 | 77,
            std::uint64_t{1} << 63 | std::uint64_t{2} << 60 | triggers << 24 | saved};
        return words;
    };
    REQUIRE(take(stream, statistics(1000, 0, 10, 10), 1, second));
    REQUIRE(take(stream, statistics(2000, 1, 20, 17), 1, second));
    CHECK(event_named(next(stream), "trigger-not-saved") == nullptr);
    REQUIRE(take(stream, statistics(3000, 2, 30, 27), 1, second));
    const Batch batch = next(stream);
    REQUIRE(event_named(batch, "trigger-not-saved") != nullptr);
    CHECK(event_named(batch, "trigger-not-saved")->count == 3);
    CHECK(stream.counts().dead_stamps == 77);
    REQUIRE(take(stream, psd_words(4000, 0, 9, 0, 0), 1, second));
    CHECK(event_named(next(stream), "aggregate-lost")->count == 6);
}

TEST_CASE("no block of random or damaged bytes breaks a stream or its contract", "[dig2][property]") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (const bool psd : {false, true}) {
        auto check = contract();
        auto stream = std::make_unique<Stream>(setup_of(psd), tie());
        std::uint64_t stamp = 1000;
        for (std::uint32_t i = 0; i < 3000; ++i) {
            stamp += 20 + random() % 1000;
            auto bytes =
                bytes_of(psd ? psd_words(stamp, i % 8, i, 1, 1) : scope_words(stamp, i, 1 + random() % 255));
            if (random() % 3 == 0)
                bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
            if (random() % 7 == 0) bytes.resize(random() % (bytes.size() + 1));
            const bool jumped = !stream->take(bytes, 1, 100 * second).has_value();
            const Batch batch = next(*stream);
            for (const auto& trace : batch.traces)
                REQUIRE(trace.offset + trace.count <= batch.samples.size());
            if (!jumped) continue;
            stream = std::make_unique<Stream>(setup_of(psd), tie());
        }
    }
}

}  // namespace spillgate::hw::dig2
