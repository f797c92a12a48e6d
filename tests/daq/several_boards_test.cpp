// Several boards in one slot: on one clock, and with a counter of one's own after a power cycle.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

config::Config config_of(unsigned boards, unsigned channels, const std::string& gate = beam_triggered) {
    std::string more;
    for (unsigned board = 0; board < boards; ++board) {
        if (board > 0) more += "board { id: " + std::to_string(board) + " sample_rate_mhz: 25 bits: 14 }\n";
        for (unsigned channel = board == 0 ? 1 : 0; channel < channels; ++channel)
            more += "channel { name: \"" + std::to_string(board) + "." + std::to_string(channel) +
                    "\" board: " + std::to_string(board) + " channel: " + std::to_string(channel) + " }\n";
    }
    return make_config(gate, "", more);
}

std::vector<hw::SourceInfo> infos(unsigned boards) {
    std::vector<hw::SourceInfo> result;
    for (unsigned board = 0; board < boards; ++board)
        result.push_back(board_info(board));
    return result;
}

// All boards' batches in order of their watermarks, by moment.
struct Timed {
    double moment;
    hw::Batch batch;
};

void feed(Bench& bench, std::vector<Timed> all) {
    std::ranges::stable_sort(all, {}, &Timed::moment);
    for (auto& timed : all)
        bench.pipeline.accept(std::move(timed.batch), bench.outlet);
}

// `zero`: the moment (ticks) at which the board's counter was 0.
void add(std::vector<Timed>& all, std::vector<hw::Batch> batches, double zero = 0) {
    for (auto& batch : batches) {
        const double moment = zero + static_cast<double>(batch.watermark.ticks);
        all.push_back({moment, std::move(batch)});
    }
}

}  // namespace

TEST_CASE("a spill in which every channel of every board triggers gives one record with all of it") {
    const unsigned boards = GENERATE(2u, 4u);
    constexpr unsigned channels = 16;
    Bench bench(config_of(boards, channels), infos(boards));
    std::vector<Timed> all;
    for (unsigned board = 0; board < boards; ++board) {
        Stream stream(board);
        stream.end = grid(20) - ms(1);
        for (int i = 0; i < 20; ++i) {
            stream.mark(grid(i));
            stream.charge(grid(i));
            for (unsigned channel = 0; channel < channels; ++channel)
                stream.record(grid(i)).channel = channel;
        }
        add(all, stream.batches());
    }
    bench.pipeline.begin(7, {});
    feed(bench, std::move(all));
    bench.finish();
    REQUIRE(bench.outlet.verdicts.size() == 20);
    for (std::size_t slot = 0; slot < 20; ++slot) {
        CHECK(bench.is(slot, wire::COMPLETE));
        CHECK(bench.record(slot).traces.size() == std::size_t{boards} * channels);
        for (const auto& window : bench.record(slot).windows)
            CHECK(window.traces.size() == std::size_t{boards} * channels);
    }
}

TEST_CASE("what one of several boards lacks truncates those slots and no others") {
    Bench bench(config_of(3, 2), infos(3));
    std::vector<Timed> all;
    for (unsigned board = 0; board < 3; ++board) {
        Stream stream(board);
        stream.end = grid(30) - ms(1);
        for (int i = 0; i < 30; ++i) {
            stream.mark(grid(i));
            if (board == 0) stream.charge(grid(i));
            const bool lost = board == 1 && i >= 10 && i < 14;  // gone
            const bool dropped = board == 2 && i == 20;         // one record dropped
            if (lost || dropped) continue;
            stream.record(grid(i)).channel = 0;
            stream.record(grid(i)).channel = 1;
        }
        if (board == 1) {
            stream.events.push_back({hw::DeviceEvent::Kind::LOST, at(grid(9.5)), "link", 1, {}});
            stream.events.push_back({hw::DeviceEvent::Kind::READOPTED, at(grid(13.5)), "link", 1, {}});
        }
        if (board == 2)
            stream.events.push_back(
                {hw::DeviceEvent::Kind::DROPPED, at(grid(19.9)), "buffer-full", 2, at(grid(20.1))});
        add(all, stream.batches());
    }
    bench.pipeline.begin(7, {});
    feed(bench, std::move(all));
    bench.finish();
    REQUIRE(bench.outlet.verdicts.size() == 30);
    for (std::size_t slot = 0; slot < 30; ++slot) {
        const bool whole = (slot < 10 || slot >= 14) && slot != 20;
        CHECK(bench.is(slot, whole ? wire::COMPLETE : wire::TRUNCATED));
        CHECK(bench.record(slot).traces.size() == (whole ? 6 : 4));
        CHECK_FALSE(bench.has(slot, SlotQuality::CLOCK_SUSPECT));
    }
    CHECK(bench.drop("device-lost") == 1);
    CHECK(bench.drop("device-readopted") == 1);
}

// Board 1 is power cycled: its counter begins anew while the clock of board 0 goes on.
TEST_CASE("a board whose counter began anew keeps every label right") {
    const bool with_ids = GENERATE(true, false);
    const bool self = GENERATE(false, true);
    Bench bench(config_of(2, 1, self ? self_triggered : beam_triggered), infos(2));
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal(0, us(20));
    std::vector<double> marks;
    for (int i = 0; i < 150; ++i)
        marks.push_back(std::floor(grid(i) + normal(random)));
    const double zero = grid(33.3);  // when the counter was cleared
    Stream steady(0);
    Stream before(1);
    Stream after(1);
    after.epoch = 1;
    before.ends = false;
    steady.end = grid(150) - ms(1);
    before.end = grid(30) - ms(1);
    after.end = steady.end - zero;
    const auto id = [&](int i) { return with_ids ? std::optional<std::uint64_t>(500 + i) : std::nullopt; };
    for (int i = 0; i < 150; ++i) {
        steady.mark(marks[static_cast<std::size_t>(i)], id(i));
        steady.charge(marks[static_cast<std::size_t>(i)]);
        steady.record(marks[static_cast<std::size_t>(i)]);
        auto* stream = i < 30 ? &before : i >= 35 ? &after : nullptr;
        if (stream == nullptr) continue;
        const double own = marks[static_cast<std::size_t>(i)] - (i < 30 ? 0 : zero);
        stream->mark(own, id(i));
        stream->record(own);
    }
    before.events.push_back({hw::DeviceEvent::Kind::LOST, at(grid(29.9)), "power", 1, {}});
    after.events.push_back({hw::DeviceEvent::Kind::READOPTED, at(10, 1), "power", 1, {}});
    std::vector<Timed> all;
    add(all, steady.batches());
    add(all, before.batches());
    std::vector<double> cuts;
    for (double t = ms(3); t < after.end; t += 0.77 * period)
        cuts.push_back(t);
    add(all, after.batches(cuts), zero);
    bench.pipeline.begin(7, {});
    feed(bench, std::move(all));
    bench.finish();
    REQUIRE(bench.outlet.verdicts.size() == 150);
    std::size_t with_both = 0;
    for (std::size_t slot = 0; slot < 150; ++slot) {
        const auto& record = bench.record(slot);
        CHECK(record.t0.domain == 0);
        std::size_t of_board_1 = 0;
        for (const auto& trace : record.traces) {
            if (trace.board != 1) continue;
            ++of_board_1;
            // The trace's first sample is 500 ticks before the mark of this very slot.
            const auto* clock = record.clock_of(trace.first.domain);
            REQUIRE(clock != nullptr);
            CHECK(clock->t0.ticks - trace.first.ticks == 500);
            CHECK((trace.first.domain == 0) == (slot < 30));
            const auto truth = marks[slot] - (slot < 30 ? 0 : zero);
            CHECK(static_cast<double>(clock->t0.ticks) == Approx(truth).margin(1));
        }
        if (of_board_1 > 0) {
            ++with_both;
            CHECK(bench.is(slot, wire::COMPLETE));
            CHECK_FALSE(bench.has(slot, SlotQuality::CLOCK_SUSPECT));
        } else {
            INFO("slot " << slot << ", ids " << with_ids << ", self " << self << ": "
                         << bench.outlet.verdicts[slot].disposition);
            CHECK(bench.is(slot, wire::TRUNCATED));
            CHECK(slot >= 30);
        }
    }
    CHECK(with_both >= (with_ids ? 130u : 95u));
    CHECK(with_both < 146);
}

}  // namespace spillgate::daq::test
