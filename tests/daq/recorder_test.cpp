#include "daq/recorder.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/daq/scripted_run_writer.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using test::Script;

namespace {

constexpr std::uint64_t record_samples = 500;
constexpr std::uint64_t record_bytes = 2 * record_samples;

proto::MessagePtr record(std::uint64_t sequence, std::uint64_t slot) {
    auto spill = std::make_shared<proto::SpillRecord>();
    spill->run = 1;
    spill->slot = slot;
    spill->sequence = sequence;
    spill->clocks.push_back({0, 1e9, {}, 0});
    spill->samples.resize(record_samples);
    return std::make_shared<proto::Message>(proto::encode(std::move(spill)));
}

proto::MessagePtr verdict(std::uint64_t sequence, std::uint64_t slot, std::uint64_t record_sequence) {
    proto::Verdict v;
    v.run = 1;
    v.slot = slot;
    v.sequence = sequence;
    v.disposition = wire::COMPLETE;
    v.has_record = true;
    v.record_sequence = record_sequence;
    v.frequency_hz = 1e9;
    return std::make_shared<proto::Message>(proto::encode(v));
}

struct Bench {
    explicit Bench(daq::RecorderSettings settings = {}) : files(script) {
        settings.sync = 20ms;
        recorder.emplace(std::make_unique<test::ScriptedRunWriter>(script), files, settings);
    }
    ~Bench() {
        script.set([&] { script.stalled = false; });
    }
    void slot(std::uint64_t n) {
        REQUIRE(recorder->admit(record_bytes, false));
        recorder->put(record(2 * n, n));
        recorder->put(verdict(2 * n + 1, n, 2 * n));
    }
    bool await_status(const std::function<bool(const daq::RecorderStatus&)>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!condition(recorder->status())) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(1ms);
        }
        return true;
    }
    Script script;
    test::ScriptedFileLayer files;
    std::optional<daq::Recorder> recorder;
};

}  // namespace

TEST_CASE("what was put is written in order, and acknowledged when it is synced") {
    Bench bench;
    for (std::uint64_t n = 0; n < 10; ++n)
        bench.slot(n);
    REQUIRE(bench.await_status([](const auto& s) { return s.acknowledged_sequence == 20; }));
    {
        const std::lock_guard lock(bench.script.mutex);
        CHECK(bench.script.synced == 20);
        CHECK(std::ranges::is_sorted(bench.script.appended));
    }
    REQUIRE(bench.recorder->finish());
    CHECK(bench.recorder->ledger().slots() == 10);
    CHECK(bench.recorder->status().used_bytes == 0);
}

TEST_CASE("nothing is acknowledged before its sync") {
    Bench bench;
    bench.script.set([&] { bench.script.stalled = true; });
    bench.slot(0);
    CHECK(bench.recorder->status().acknowledged_sequence == 0);
    bench.script.set([&] { bench.script.stalled = false; });
    REQUIRE(bench.script.await([&] { return bench.script.synced == 2; }));
    CHECK(bench.await_status([](const auto& s) { return s.acknowledged_sequence == 2; }));
}

TEST_CASE("while the disk stalls, records are refused when the buffer is full, and verdicts still get in") {
    daq::RecorderSettings settings;
    settings.buffer_bytes = 4 * record_bytes;
    Bench bench(settings);
    bench.script.set([&] { bench.script.stalled = true; });
    std::uint64_t admitted = 0;
    std::uint64_t sequence = 0;
    for (std::uint64_t n = 0; n < 10; ++n) {
        const bool in = bench.recorder->admit(record_bytes, false);
        const auto of_record = sequence;
        if (in) ++admitted, bench.recorder->put(record(sequence++, n));
        bench.recorder->put(verdict(sequence++, n, of_record));
    }
    CHECK(admitted == 4);
    CHECK(bench.recorder->status().refused_records == 6);
    CHECK(bench.recorder->status().high_water_bytes == 4 * record_bytes);
    bench.script.set([&] { bench.script.stalled = false; });
    REQUIRE(bench.recorder->finish());
    CHECK(bench.script.appended.size() == 14);
    CHECK(bench.recorder->ledger().slots() == 10);
}

TEST_CASE("a source that can wait is made to wait for room instead") {
    daq::RecorderSettings settings;
    settings.buffer_bytes = 2 * record_bytes;
    Bench bench(settings);
    bench.script.set([&] { bench.script.stalled = true; });
    std::atomic<int> admitted = 0;
    std::thread source([&] {
        for (std::uint64_t n = 0; n < 50; ++n) {
            if (!bench.recorder->admit(record_bytes, true)) return;
            ++admitted;
            bench.recorder->put(record(n, n));
        }
    });
    while (admitted < 2)
        std::this_thread::yield();
    bench.script.set([&] { bench.script.stalled = false; });
    source.join();
    CHECK(admitted == 50);
    CHECK(bench.recorder->status().refused_records == 0);
    CHECK(bench.recorder->status().high_water_bytes <= 2 * record_bytes);
}

TEST_CASE("a waiting source is let go when the run is abandoned") {
    daq::RecorderSettings settings;
    settings.buffer_bytes = record_bytes;
    Bench bench(settings);
    bench.script.set([&] { bench.script.stalled = true; });
    REQUIRE(bench.recorder->admit(record_bytes, true));
    std::thread source([&] { CHECK_FALSE(bench.recorder->admit(record_bytes, true)); });
    bench.recorder->abandon_waiting();
    source.join();
}

TEST_CASE(
    "a full disk asks for the end of the run, and the verdict of the record it refused says lost-disk") {
    Bench bench;
    bench.script.set([&] {
        bench.script.record_room = 3;
        bench.script.stalled = true;
    });
    for (std::uint64_t n = 0; n < 5; ++n)
        bench.slot(n);
    bench.script.set([&] { bench.script.stalled = false; });
    REQUIRE(bench.await_status([](const auto& s) { return s.stop_reason.has_value(); }));
    CHECK(*bench.recorder->status().stop_reason == "disk-full");
    CHECK_FALSE(bench.recorder->admit(record_bytes, true));
    REQUIRE(bench.recorder->finish());
    REQUIRE(bench.script.verdicts.size() == 5);
    for (std::uint64_t n = 0; n < 5; ++n) {
        CHECK(bench.script.verdicts[n].disposition == (n < 3 ? wire::COMPLETE : wire::LOST_DISK));
        CHECK(bench.script.verdicts[n].has_record == (n < 3));
    }
    const auto ledger = bench.recorder->ledger();
    CHECK(ledger.totals().complete() == 3);
    CHECK(ledger.totals().lost_disk() == 2);
    CHECK(ledger.closes());
    CHECK(bench.recorder->status().lost_records == 2);
    CHECK(bench.recorder->status().acknowledged_sequence == 6);
}

TEST_CASE("after a failed sync nothing is acknowledged any more, and the run must end") {
    Bench bench;
    bench.slot(0);
    REQUIRE(bench.await_status([](const auto& s) { return s.acknowledged_sequence == 2; }));
    bench.script.set(
        [&] { bench.script.sync_error = proto::error(proto::ErrorKind::IO, "disk on fire", 5); });
    bench.slot(1);
    REQUIRE(bench.await_status([](const auto& s) { return s.stop_reason.has_value(); }));
    CHECK(*bench.recorder->status().stop_reason == "disk-failed");
    bench.script.set([&] { bench.script.sync_error.reset(); });
    bench.recorder->put(verdict(4, 2, 0));
    CHECK_FALSE(bench.recorder->finish());
    CHECK(bench.recorder->status().acknowledged_sequence == 2);
}

TEST_CASE("the run is asked to end while there is still room: below stop_below_bytes") {
    daq::RecorderSettings settings;
    settings.stop_below_bytes = 1000;
    settings.warn_below_bytes = 5000;
    Bench bench(settings);
    bench.script.set([&] { bench.script.free_bytes = 3000; });
    REQUIRE(bench.await_status([](const auto& s) { return s.disk_nearly_full; }));
    CHECK_FALSE(bench.recorder->status().stop_reason);
    bench.script.set([&] { bench.script.free_bytes = 999; });
    REQUIRE(bench.await_status([](const auto& s) { return s.stop_reason.has_value(); }));
    CHECK(*bench.recorder->status().stop_reason == "disk-full");
    bench.slot(0);
    REQUIRE(bench.recorder->finish());
    CHECK(bench.recorder->status().lost_records == 0);
    CHECK(bench.recorder->ledger().totals().complete() == 1);
}
