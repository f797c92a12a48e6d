// The ways in which detectors are read at beams: which traces a record holds and what its windows are called.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

using proto::SlotQuality;

Stream good_stream(int n) {
    Stream stream;
    stream.end = grid(n) - ms(1);
    for (int i = 0; i < n; ++i)
        stream.good_slot(i);
    return stream;
}
Stream marks_only(int n) {
    Stream stream;
    stream.end = grid(n) - ms(1);
    for (int i = 0; i < n; ++i)
        stream.mark(grid(i));
    return stream;
}
const std::vector<proto::WindowKind> only_c{wire::IN_TIME};
const std::vector<proto::WindowKind> c_and_unknown{wire::UNKNOWN, wire::IN_TIME};

}  // namespace

TEST_CASE("a short record truncates only the window that it does not cover") {
    Bench bench(make_config());
    auto stream = good_stream(10);
    stream.traces[4].count = 80;  // ends 1.2 μs after the mark
    bench.run(stream);
    CHECK(bench.is(4, wire::TRUNCATED));
    CHECK(bench.has(4, SlotQuality::WINDOW_TRUNCATED));
    CHECK(bench.fault("window-truncated") == 1);
    CHECK_FALSE(bench.verdict(4).windows[0].truncated);
    CHECK(bench.verdict(4).windows[1].truncated);
    CHECK(bench.record(4).windows[1].truncated);
}

TEST_CASE("two traces that meet cover a window, two with a gap between do not") {
    const bool meet = GENERATE(true, false);
    Bench bench(make_config());
    auto stream = good_stream(10);
    stream.traces[4].count = 40;
    stream.trace(std::floor(grid(4)) - 500 + (meet ? 400 : 410), meet ? 60 : 59);
    bench.run(stream);
    CHECK(bench.is(4, meet ? wire::COMPLETE : wire::TRUNCATED));
    CHECK(bench.record(4).traces.size() == 2);
}

TEST_CASE("every detector channel and its veto must cover a window, a monitor need not") {
    auto config = make_config(beam_triggered, "", R"(
        channel { name: "b" board: 0 channel: 1 veto: "v" } channel { name: "v" board: 0 channel: 2 role: VETO }
        channel { name: "m" board: 0 channel: 3 role: MONITOR })");
    Bench bench(config);
    Stream stream;
    stream.end = grid(8) - ms(1);
    for (int i = 0; i < 8; ++i) {
        stream.good_slot(i);
        for (const std::uint32_t channel : {1u, 2u, 3u})
            if (static_cast<int>(channel) != i - 3) stream.trace(grid(i) - 500, 100, channel);
        stream.trace(grid(i) - 500, 100, 9);  // not configured
    }
    bench.run(stream);
    CHECK(bench.is(3, wire::COMPLETE));
    CHECK(bench.is(4, wire::TRUNCATED));
    CHECK(bench.is(5, wire::TRUNCATED));
    CHECK(bench.is(6, wire::COMPLETE));
    CHECK(bench.record(3).traces.size() == 4);
    CHECK(bench.drop("trace-of-unconfigured-channel") == 8);
}

TEST_CASE("windows that count from the record's begin follow it to the sample") {
    Bench bench(make_config(R"(
        mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 2000 ac_margin_ns: 0
        anti_coincident { pretrace_begin_ns: 100 pretrace_end_ns: 1000 roi_begin_ns: 1000 roi_end_ns: 2000 }
        in_time { pretrace_begin_ns: 1000 pretrace_end_ns: 2000 roi_begin_ns: 2000 roi_end_ns: 3500 })"));
    Stream stream;
    stream.end = grid(10) - ms(1);
    for (int i = 0; i < 10; ++i) {
        stream.mark(grid(i));
        stream.trace(std::floor(grid(i)) - 500 + i, 100);  // up to 9 ticks late: within a sample of 10
    }
    bench.run(stream);
    for (std::size_t slot = 0; slot < 10; ++slot) {
        const auto& record = bench.record(slot);
        CHECK(bench.kinds(slot) == ac_and_c);
        CHECK(proto::sample_position(record, record.traces[0], record.windows[1].roi_begin) == 50);
        CHECK(proto::sample_position(record, record.traces[0], record.windows[0].roi_end) == 50);
    }
}

TEST_CASE("a record too far from its mark is not taken for the mark's") {
    Bench bench(make_config());
    auto stream = good_stream(10);
    stream.traces[5].first.ticks += static_cast<std::int64_t>(us(150));  // tolerance 100 μs
    bench.run(stream);
    CHECK(bench.is(5, wire::TRUNCATED));
    CHECK(bench.record(5).traces.empty());
    CHECK(bench.drop("trace-without-slot") == 1);
}

TEST_CASE("self-triggered traces go to the windows that they overlap, with a margin") {
    Bench bench(make_config(self_triggered));
    auto stream = marks_only(10);
    stream.trace(grid(3) + us(4), 10);      // in the C roi
    stream.trace(grid(3) + ms(8.002), 10);  // in the AC roi
    stream.trace(grid(3) + us(10.5), 10);   // after the C roi, within the margin
    stream.trace(grid(3) + us(12), 10);     // beyond it
    stream.trace(grid(5) + us(9.9), 10);    // begins in the roi, ends after it
    stream.trace(grid(5) + ms(3), 10);      // far from any window
    bench.run(stream);
    const auto& record = bench.record(3);
    REQUIRE(record.traces.size() == 3);
    CHECK(record.windows[0].traces == std::vector<std::uint32_t>{2});
    CHECK(record.windows[1].traces == std::vector<std::uint32_t>{0});
    CHECK(bench.record(5).windows[1].traces == std::vector<std::uint32_t>{0});
    CHECK(bench.drop("trace-outside-windows") == 2);
    // Silence is exposure, too.
    CHECK(bench.record(7).traces.empty());
    CHECK(bench.is(7, wire::COMPLETE));
    CHECK(bench.kinds(7) == ac_and_c);
    CHECK(bench.pipeline.statistics().ledger.totals().in_time_roi_ticks() == 25000);
}

TEST_CASE("a dropped stretch truncates the windows that it touches, and loses a slot that it swallows") {
    const bool corrupt = GENERATE(false, true);
    const std::string why = corrupt ? "corrupt-packet" : "buffer-full";
    Bench bench(make_config(self_triggered));
    auto stream = marks_only(10);
    const auto drop = [&](double from, double to) {
        stream.events.push_back({hw::DeviceEvent::Kind::DROPPED, at(from), why, 1, at(to)});
    };
    drop(grid(2) + ms(8.001), grid(2) + ms(8.002));
    drop(grid(4) + us(3), grid(4) + us(3));
    drop(grid(6) - ms(1), grid(6) + ms(9));
    bench.run(stream);
    CHECK(bench.is(2, wire::TRUNCATED));
    CHECK(bench.verdict(2).windows[0].truncated);
    CHECK_FALSE(bench.verdict(2).windows[1].truncated);
    CHECK(bench.verdict(4).windows[1].truncated);
    CHECK(bench.is(6, corrupt ? wire::LOST_CORRUPT : wire::LOST_BUFFER_FULL));
    CHECK_FALSE(bench.verdict(6).has_record);
    CHECK(bench.fault("window-truncated") == 2);
    CHECK(bench.drop(why) == 3);
}

TEST_CASE("a trace that the device cut short truncates its window") {
    Bench bench(make_config(self_triggered));
    auto stream = marks_only(10);
    stream.trace(grid(3) + us(4), 10).flags = proto::TRACE_TRUNCATED;
    bench.run(stream);
    CHECK(bench.is(3, wire::TRUNCATED));
    CHECK_FALSE(bench.verdict(3).windows[0].truncated);
    CHECK(bench.verdict(3).windows[1].truncated);
}

TEST_CASE("a trace that lies in windows of two slots is in both records and counted") {
    Bench bench(make_config(R"(
        mode: SELF_TRIGGERED trace_margin_ns: 0
        in_time { pretrace_begin_ns: 0 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 17000000 })"));
    auto stream = marks_only(10);
    stream.trace(grid(4) + us(100), 10);
    bench.run(stream);
    CHECK(bench.record(3).traces.size() == 1);
    CHECK(bench.record(4).traces.size() == 1);
    CHECK(bench.drop("trace-in-two-slots") == 1);
    CHECK(bench.kinds(4) == only_c);
}

TEST_CASE("a trace whose numbers contradict each other is counted and goes no further") {
    Bench bench(make_config(self_triggered));
    auto batches = marks_only(10).batches();
    for (auto& batch : batches) {
        proto::Trace trace;
        trace.first = batch.watermark;
        trace.count = 5;
        trace.offset = ~std::uint64_t{0} - 2;
        batch.traces.push_back(trace);
    }
    const auto count = batches.size();
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    CHECK(bench.drop("trace-corrupt") == count);
}

TEST_CASE("strobes at their phase make AC windows, others make none") {
    Bench bench(make_config(R"(
        mode: STROBED reference: RECORD_BEGIN mark_position_ns: 2000 ac_margin_ns: 20000
        strobe_phase_ns: 8000000 strobe_tolerance_ns: 100000
        anti_coincident { pretrace_begin_ns: 1000 pretrace_end_ns: 2000 roi_begin_ns: 2000 roi_end_ns: 3500 }
        in_time { pretrace_begin_ns: 1000 pretrace_end_ns: 2000 roi_begin_ns: 2000 roi_end_ns: 3500 })"));
    auto stream = good_stream(10);
    for (int i = 0; i < 10; ++i) {
        if (i == 3) continue;  // no strobe
        const double strobe = grid(i) + ms(8) + (i == 5 ? ms(0.3) : us(30));
        stream.mark(strobe, std::nullopt, hw::Mark::Kind::STROBE);
        stream.record(strobe).flags = proto::TRACE_STROBE;
        if (i == 7) stream.mark(strobe + us(10));  // an extra mark beside it
    }
    stream.sort();
    bench.run(stream);
    CHECK(bench.kinds(2) == ac_and_c);
    CHECK(bench.record(2).windows[0].strobe);
    CHECK(bench.record(2).windows[0].traces == std::vector<std::uint32_t>{1});
    CHECK(bench.record(2).windows[1].traces == std::vector<std::uint32_t>{0});
    CHECK(bench.kinds(3) == only_c);
    CHECK(bench.kinds(5) == only_c);
    CHECK(bench.drop("strobe-missing") == 2);
    CHECK(bench.kinds(7) == c_and_unknown);
    for (const std::size_t slot : {2, 3, 5, 7})
        CHECK(bench.is(slot, wire::COMPLETE));
    CHECK(bench.drop("trace-without-slot") == 1);
}

TEST_CASE("free-running slices hold each trace once, from the first one on") {
    Bench bench(make_config("mode: FREE_RUNNING slice_ns: 1000000"));
    Stream stream;
    for (int i = 0; i < 50; ++i)
        stream.trace(frequency_hz + 12345 + i * 100000.0, 10);
    stream.end = frequency_hz + 5'100'000;
    bench.run(stream);
    std::size_t traces = 0;
    for (const auto& [slot, record] : bench.outlet.records) {
        traces += record.traces.size();
        REQUIRE(record.windows.size() == 1);
        CHECK(record.windows[0].kind == wire::FREE);
        CHECK(record.windows[0].roi_end == 250'000);
    }
    CHECK(traces == 50);
    CHECK(bench.record(0).traces[0].first.ticks == bench.record(0).t0.ticks);
    CHECK(bench.fault("charge-missing") == 0);
    CHECK_FALSE(bench.verdict(0).is_spill());
}

TEST_CASE("policy PULSES keeps pulses with margins, EVERY_NTH every nth slot whole") {
    auto config = make_config(beam_triggered, "", R"(
        channel { name: "p" board: 0 channel: 1 role: MONITOR policy: PULSES pulse_threshold_adc: 50
                  pulse_margin_ns: 80 }
        channel { name: "n" board: 0 channel: 2 role: MONITOR policy: EVERY_NTH every_nth: 3 })");
    Bench bench(config);
    Stream stream = good_stream(9);
    for (int i = 0; i < 9; ++i) {
        stream.trace(std::floor(grid(i)) - 500, 100, 1, 1000);
        stream.trace(std::floor(grid(i)) - 500, 100, 2);
    }
    auto batches = stream.batches();
    for (auto& batch : batches)
        for (const auto& trace : batch.traces)
            if (trace.channel == 1) {
                batch.samples[trace.offset + 40] = 900;
                batch.samples[trace.offset + 43] = 1100;
                batch.samples[trace.offset + 99] = 1100;
            }
    bench.pipeline.begin(7, {});
    bench.feed(std::move(batches));
    bench.finish();
    for (std::size_t slot = 0; slot < 9; ++slot) {
        const auto& record = bench.record(slot);
        REQUIRE(record.traces.size() == (slot % 3 == 0 ? 4 : 3));
        std::vector<proto::Trace> pulses;
        for (const auto& trace : record.traces)
            if (trace.channel == 1) pulses.push_back(trace);
        REQUIRE(pulses.size() == 2);
        CHECK(pulses[0].count == 8);  // 38 … 45
        CHECK(pulses[0].first.ticks == record.t0.ticks - 500 + 380);
        CHECK((pulses[0].flags & proto::TRACE_REDUCED) != 0);
        CHECK(record.samples_of(pulses[0])[2] == 900);
        CHECK(pulses[1].count == 3);  // 97 … 99
        CHECK(bench.is(slot, wire::COMPLETE));
    }
}

}  // namespace spillgate::daq::test
