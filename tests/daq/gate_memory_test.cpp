// The data path allocates nothing per window once it has warmed up.
#include <catch2/catch.hpp>

#include "daq/gate/gate.hpp"
#include "daq/verdict_book.hpp"
#include "tests/daq/stream_bench.hpp"
#include "tests/data/allocation_count.hpp"

namespace spillgate::daq::test {
namespace {

// Tracker, gate and book wired as the pipeline wires them, without the encoding of messages.
class Road final : public TrackerListener {
  public:
    explicit Road(const config::Config& config)
        : plan_(WindowPlan::from(config.gate(), config.facility(), frequency_hz).value()),
          tracker_(TrackerSettings::from(config.facility(), frequency_hz)),
          gate_(GateSettings::from(config, plan_, {board_info()}, 0)),
          lines_(config, {board_info()}, 0),
          book_(VerdictSettings::from(config, frequency_hz)),
          store_([this](hw::Batch&& batch) { spare_ = std::move(batch); }),
          losses_({0}) {
        tracker_.begin({});
        book_.begin();
    }
    void slot_opened(const Slot& slot) override {
        book_.open(slot);
        gate_.open(slot, false);
    }
    void mark_classified(const proto::ClockTime&, MarkClass, std::optional<std::uint64_t>) override {}
    void fault(proto::Fault) override {}
    void doubt(const char*) override {}

    void slot(int n) {
        hw::Batch batch = std::move(spare_);
        batch.board = 0;
        proto::Trace trace;
        trace.first = at(std::floor(grid(n)) - 500);
        trace.ticks_per_sample = 10;
        trace.count = 100;
        batch.samples.assign(100, static_cast<std::uint16_t>(n));
        batch.traces.push_back(trace);
        store_.take(std::move(batch), [](const proto::Trace&) { return true; });
        losses_.delivered(0, at(grid(n + 0.5)));
        const hw::Mark mark{at(grid(n)), 4, hw::Mark::Kind::EXTRACT, std::nullopt};
        gate_.mark_seen(mark.time);
        tracker_.mark(mark, false, *this);
        const auto closed = gate_.close_next(store_, losses_, lines_, counters_);
        complete += closed.disposition == wire::COMPLETE && closed.record->samples[0] == n % 65536;
        book_.close(closed.slot.number, closed.disposition, closed.quality, closed.windows, 1, mark.time);
        book_.charge({mark.time, std::nullopt, 1, 1, false}, faults_);
        book_.act(verdict_, faults_, counters_);
        book_.judge_oldest(verdict_, faults_);
        const auto bound = gate_.forget(*tracker_.earliest_next(), store_, lines_, &counters_);
        losses_.forget(false, [&](std::uint32_t board, const proto::ClockTime& end) {
            return lines_.is_over(board, end, bound);
        });
    }
    int complete = 0;

  private:
    WindowPlan plan_;
    SlotTracker tracker_;
    Gate gate_;
    ClockLines lines_;
    VerdictBook book_;
    hw::Batch spare_;
    TraceStore store_;
    Losses losses_;
    NamedCounters counters_;
    proto::FaultCounts faults_;
    proto::Verdict verdict_;
};

}  // namespace

TEST_CASE("tracking, gating and judging 1000 slots allocates nothing") {
    Road road(make_config());
    for (int n = 0; n < 100; ++n)
        road.slot(n);
    const auto before = tests::allocations();
    for (int n = 100; n < 1100; ++n)
        road.slot(n);
    const auto after = tests::allocations();
    CHECK(after - before == 0);
    CHECK(road.complete == 1100);
}

TEST_CASE("a record that outlives its pool is still whole") {
    std::shared_ptr<proto::SpillRecord> record;
    {
        RecordPool pool;
        record = pool.take();
        record->samples.assign(10, 7);
        const auto* reused = pool.take().get();
        CHECK(pool.take().get() == reused);
    }
    CHECK(record->samples.size() == 10);
}

}  // namespace spillgate::daq::test
