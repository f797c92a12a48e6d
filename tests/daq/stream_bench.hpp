// A bench for the pipeline: a facility and a digitizer whose every mark, charge report and trace a test
// places itself, cut into batches as the test likes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

#include "daq/pipeline.hpp"
#include "tests/daq/collecting_outlet.hpp"

namespace spillgate::daq::test {

inline constexpr double frequency_hz = 250e6;  // 4 ns
inline constexpr double period = frequency_hz / 60;

inline proto::ClockTime at(double ticks, std::uint32_t epoch = 0) {
    const double whole = std::floor(ticks);
    return {0, epoch, static_cast<std::int64_t>(whole),
            static_cast<std::uint16_t>((ticks - whole) * 65536.0)};
}
inline double ms(double value) {
    return value * 1e-3 * frequency_hz;
}
inline double us(double value) {
    return value * 1e-6 * frequency_hz;
}
// The ideal time of mark n, one second after the clock began.
inline double grid(double n) {
    return frequency_hz + n * period;
}

// Records of 4 μs, the mark in the middle; AC roi [−1, 0) μs, C roi [0, 1.5) μs.
inline const std::string beam_triggered = R"(
    mode: BEAM_TRIGGERED reference: MARK mark_position_ns: 2000 ac_margin_ns: 0 reorder_margin_ns: 10000
    anti_coincident { pretrace_begin_ns: -1900 pretrace_end_ns: -1000 roi_begin_ns: -1000 roi_end_ns: 0 }
    in_time { pretrace_begin_ns: -1000 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 1500 })";
inline constexpr std::int64_t in_time_roi = 375;  // ticks
inline constexpr std::int64_t ac_roi = 250;

// AC 8 ms after the mark, in the middle of the cycle.
inline const std::string self_triggered = R"(
    mode: SELF_TRIGGERED ac_margin_ns: 20000 trace_margin_ns: 1000 reorder_margin_ns: 10000
    anti_coincident { pretrace_begin_ns: 7999000 pretrace_end_ns: 8000000 roi_begin_ns: 8000000
                      roi_end_ns: 8010000 }
    in_time { pretrace_begin_ns: -1000 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 10000 })";

inline config::Config make_config(const std::string& gate = beam_triggered, const std::string& facility = "",
                                  const std::string& more = "") {
    const std::string text = R"(
        name: "bench"
        facility { name: "SNS" repetition_hz: 60 our_flavour: 1 charge_deadline_s: 0.2 )" +
                             facility + R"( }
        daemon { name: "daq" lead: true }
        board { id: 0 sample_rate_mhz: 25 bits: 14 }
        channel { name: "a" board: 0 channel: 0 }
        gate { )" + gate + " } " +
                             more;
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &config));
    return config;
}

inline hw::SourceInfo board_info(std::uint32_t board = 0) {
    return {board, "bench", "bench", false, 0, frequency_hz};
}

// What one board yields.
class Stream {
  public:
    explicit Stream(std::uint32_t board = 0) : board_(board) {}

    hw::Mark& mark(double ticks, std::optional<std::uint64_t> cycle = std::nullopt,
                   hw::Mark::Kind kind = hw::Mark::Kind::EXTRACT) {
        marks.push_back({at(ticks, epoch), 4, kind, cycle});
        return marks.back();
    }
    hw::Charge& charge(double ticks, std::int64_t pc = 23'300'000, std::uint32_t flavour = 1,
                       bool veto = false) {
        charges.push_back({at(ticks, epoch), std::nullopt, pc, flavour, veto});
        return charges.back();
    }
    // Samples are 10 ticks (40 ns) apart, numbered from `code`.
    proto::Trace& trace(double first, std::uint32_t count, std::uint32_t channel = 0,
                        std::uint16_t code = 0) {
        proto::Trace trace;
        trace.board = board_;
        trace.channel = channel;
        trace.first = at(std::floor(first), epoch);
        trace.ticks_per_sample = 10;
        trace.encoding = {14, false, 0};
        trace.offset = code;
        trace.count = count;
        traces.push_back(trace);
        return traces.back();
    }
    // A record of 4 μs around a mark.
    proto::Trace& record(double mark_ticks) { return trace(std::floor(mark_ticks) - 500, 100); }
    // A slot in which all is well; the charge report comes with it.
    void good_slot(double n) {
        mark(grid(n));
        record(grid(n));
        charge(grid(n));
    }

    // Batches cut at the given ticks (ascending); the last ends the source.
    std::vector<hw::Batch> batches(std::vector<double> cuts) const {
        std::vector<hw::Batch> result;
        cuts.push_back(end);
        std::ranges::sort(cuts);
        for (const double cut : cuts) {
            hw::Batch batch;
            batch.board = board_;
            batch.watermark = at(std::floor(cut), epoch);
            result.push_back(std::move(batch));
        }
        const auto place = [&](const proto::ClockTime& time) -> hw::Batch& {
            for (auto& batch : result)
                if (time.epoch < batch.watermark.epoch ||
                    (time.epoch == batch.watermark.epoch && time.ticks < batch.watermark.ticks))
                    return batch;
            return result.back();
        };
        auto sorted = traces;
        std::ranges::stable_sort(sorted, {}, [](const proto::Trace& t) { return t.first.ticks; });
        for (const auto& trace : sorted) {
            auto& batch = place(trace.first);
            batch.traces.push_back(trace);
            batch.traces.back().offset = batch.samples.size();
            for (std::uint32_t i = 0; i < trace.count; ++i)
                batch.samples.push_back(static_cast<std::uint16_t>(trace.offset + i % 7));
        }
        for (const auto& mark : marks)
            place(mark.time).marks.push_back(mark);
        for (const auto& charge : charges)
            place(charge.time).charges.push_back(charge);
        for (const auto& event : events)
            place(event.time).device_events.push_back(event);
        result.back().last = ends;
        return result;
    }
    // About one batch per period.
    std::vector<hw::Batch> batches() const {
        std::vector<double> cuts;
        for (double t = frequency_hz; t < end; t += period * 0.77)
            cuts.push_back(t);
        return batches(cuts);
    }
    void sort() {
        std::ranges::stable_sort(marks, proto::before, &hw::Mark::time);
        std::ranges::stable_sort(charges, proto::before, &hw::Charge::time);
    }

    std::vector<hw::Mark> marks;
    std::vector<hw::Charge> charges;
    std::vector<proto::Trace> traces;  // offset: the first sample's code until they are cut
    std::vector<hw::DeviceEvent> events;
    double end = grid(100);  // of the stream
    bool ends = true;        // the source says so
    std::uint32_t epoch = 0;

  private:
    std::uint32_t board_;
};

// A pipeline and what came out of it.
struct Bench {
    explicit Bench(const config::Config& config, std::vector<hw::SourceInfo> sources = {board_info()})
        : pipeline(make(config, std::move(sources))) {}

    static Pipeline make(const config::Config& config, std::vector<hw::SourceInfo> sources) {
        auto made =
            Pipeline::create({config, "daq", std::move(sources), {}, [] { return std::int64_t{0}; }, {}});
        if (!made) FAIL(made.error().message);
        return std::move(*made);
    }
    void feed(std::vector<hw::Batch> batches) {
        for (auto& batch : batches)
            pipeline.accept(std::move(batch), outlet);
    }
    Bench& run(const Stream& stream, StartRule start = {}) {
        pipeline.begin(7, start);
        feed(stream.batches());
        return finish();
    }
    // Ends the run and checks what must hold of every run.
    Bench& finish() {
        pipeline.finish(outlet);
        const auto statistics = pipeline.statistics();
        CHECK(outlet.in_sequence);
        CHECK(outlet.in_slot_order);
        CHECK(statistics.ledger.closes());
        CHECK(statistics.ledger.slots() == outlet.verdicts.size());
        for (std::size_t i = 0; i < outlet.verdicts.size(); ++i) {
            const auto& verdict = outlet.verdicts[i];
            CHECK(verdict.slot == i);
            CHECK(verdict.has_record == (outlet.records.count(i) == 1));
        }
        return *this;
    }
    std::uint64_t fault(const std::string& name) const {
        const auto totals = pipeline.statistics().ledger.totals();
        for (const auto& fault : totals.faults())
            if (fault.name() == name) return fault.value();
        return 0;
    }
    std::uint64_t drop(const std::string& name) const {
        for (const auto& drop : pipeline.statistics().drops)
            if (drop.name == name) return drop.value;
        return 0;
    }
    const proto::Verdict& verdict(std::size_t slot) const {
        REQUIRE(slot < outlet.verdicts.size());
        return outlet.verdicts[slot];
    }
    const proto::SpillRecord& record(std::uint64_t slot) const {
        const auto found = outlet.records.find(slot);
        REQUIRE(found != outlet.records.end());
        return found->second;
    }
    bool is(std::size_t slot, proto::Disposition disposition) const {
        return verdict(slot).disposition == disposition;
    }
    bool has(std::size_t slot, proto::SlotQuality quality) const { return verdict(slot).has(quality); }
    std::vector<proto::WindowKind> kinds(std::size_t slot) const {
        std::vector<proto::WindowKind> kinds;
        for (const auto& window : verdict(slot).windows)
            kinds.push_back(window.kind);
        return kinds;
    }
    // No window that is called anti-coincident touches one of these marks (ticks), by `margin`.
    bool labels_hold(const std::vector<double>& true_marks, double margin) const {
        for (const auto& [slot, record] : outlet.records)
            for (const auto& window : record.windows) {
                if (window.kind != wire::ANTI_COINCIDENT) continue;
                const auto begin = static_cast<double>(record.t0.ticks + window.begin());
                const auto end = static_cast<double>(record.t0.ticks + window.end());
                for (const double mark : true_marks)
                    if (begin < mark + margin && end > mark - margin) return false;
            }
        return true;
    }

    Pipeline pipeline;
    CollectingOutlet outlet;
};

inline const std::vector<proto::WindowKind> ac_and_c{wire::ANTI_COINCIDENT, wire::IN_TIME};
inline const std::vector<proto::WindowKind> both_unknown{wire::UNKNOWN, wire::UNKNOWN};

}  // namespace spillgate::daq::test
