// Marks that a digitizer's traces hold: in order, before no watermark, each kind apart.
#include "hw/marks/mark_source.hpp"

#include <map>

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

#include "tests/hw/batch_contract.hpp"
#include "tests/hw/collecting_sink.hpp"
#include "tests/hw/marks/scripted_source.hpp"

namespace spillgate::hw::marks {
namespace {

constexpr double frequency_hz = 250e6;  // 4 ns
const SourceInfo board_info{3, "digitizer", "test", true, 2, frequency_hz};

config::Board board(const std::string& marks) {
    config::Board result;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(R"(
        id: 3 sample_rate_mhz: 250 bits: 14 clock_domain: 2
        sis3316 { address: "127.0.0.1"
                  input { record_ns: 1000 pretrigger_ns: 400 }
                  input { channel: 5 enabled: false record_ns: 1000 }
                  input { channel: 7 record_ns: 2000 pretrigger_ns: 1000 } } )" +
                                                              marks,
                                                          &result));
    return result;
}

proto::ClockTime at(std::int64_t ticks, std::uint32_t epoch = 0) {
    return {2, epoch, ticks, 0};
}

Batch batch_until(std::int64_t watermark, std::uint32_t epoch = 0) {
    Batch batch;
    batch.board = 3;
    batch.watermark = at(watermark, epoch);
    return batch;
}

// A trace whose samples rise from 1000 to 5000 over four samples around sample `edge`, for 50 samples.
void add_trace(Batch& batch, std::uint32_t channel, std::int64_t first, std::uint32_t count, int edge) {
    DeviceTrace trace;
    trace.board = 3;
    trace.channel = channel;
    trace.first = at(first, batch.watermark.epoch);
    trace.encoding = {14, false, 0};
    trace.offset = batch.samples.size();
    trace.count = count;
    for (int i = 0; i < static_cast<int>(count); ++i) {
        const int up = std::clamp(1000 * (i - edge + 2), 0, 4000);
        const int down = std::clamp(1000 * (i - edge - 48), 0, 4000);
        batch.samples.push_back(static_cast<std::uint16_t>(1000 + up - down));
    }
    batch.traces.push_back(trace);
}

struct Yield {
    std::vector<Batch> batches;
    std::vector<Mark> marks;
    std::map<std::string, std::uint64_t> counted;
    std::vector<std::string> violations;
};

Yield run(std::vector<Batch> script, const std::string& marks, proto::Status end = {}) {
    const bool ends_well = end.has_value();
    auto source =
        with_marks(std::make_unique<testing::ScriptedSource>(board_info, std::move(script), std::move(end)),
                   board(marks));
    REQUIRE(source.has_value());
    Yield yield;
    testing::BatchContract contract((*source)->info());
    testing::VisitingSink sink([&](const Batch& batch) {
        contract.check(batch);
        yield.batches.push_back(batch);
        yield.marks.insert(yield.marks.end(), batch.marks.begin(), batch.marks.end());
        for (const auto& event : batch.device_events)
            yield.counted[event.name] += event.count;
    });
    std::stop_source stop;
    const auto status = (*source)->run(sink, stop.get_token());
    CHECK(status.has_value() == ends_well);
    yield.violations = contract.violations();
    return yield;
}

const std::string pulse = "mark { pulse { channel: 1 height_min_adc: 2000 width_max_ns: 400 } }";

}  // namespace

TEST_CASE("a mark is the edge of the pulse on its channel, and traces pass untouched") {
    auto batch = batch_until(5000);
    add_trace(batch, 0, 1000, 200, 100);
    add_trace(batch, 1, 1100, 200, 100);
    auto last = batch_until(6000);
    last.last = true;
    const auto yield = run({batch, last}, pulse);
    REQUIRE(yield.violations.empty());
    REQUIRE(yield.marks.size() == 1);
    CHECK(yield.marks[0].time == at(1200));
    CHECK(yield.marks[0].kind == Mark::Kind::EXTRACT);
    CHECK(yield.marks[0].uncertainty_ns > 0);
    CHECK(yield.batches[0].traces == batch.traces);
    CHECK(yield.batches[0].samples == batch.samples);
}

TEST_CASE(
    "a mark ahead of the watermark waits for it, and one that comes earlier in a later trace goes first") {
    auto first = batch_until(1500);
    add_trace(first, 1, 1000, 2000, 1800);  // the mark at 2800
    auto second = batch_until(2000);
    add_trace(second, 7, 1600, 300, 1000);  // a trigger at 1600 + 250
    auto third = batch_until(4000);
    auto last = batch_until(4000);
    last.last = true;
    const auto yield =
        run({first, second, third, last}, pulse + " mark { kind: STROBE trigger { channel: 7 } }");
    REQUIRE(yield.violations.empty());
    REQUIRE(yield.marks.size() == 2);
    CHECK(yield.batches[0].marks.empty());
    CHECK(yield.marks[0].time == at(1850));
    CHECK(yield.marks[0].kind == Mark::Kind::STROBE);
    CHECK(yield.marks[0].uncertainty_ns == Approx(4 / std::sqrt(12.0)));
    CHECK(yield.marks[1].time == at(2800));
    CHECK((yield.batches[1].traces[0].flags & proto::TRACE_STROBE) != 0);
    CHECK(yield.batches[0].traces[0].flags == 0);
}

TEST_CASE("a delay puts the mark before its trace, and the watermark waits for as long") {
    auto first = batch_until(2000);
    add_trace(first, 1, 1500, 300, 100);
    auto second = batch_until(3000);
    add_trace(second, 1, 2000, 300, 100);
    auto last = batch_until(3000);
    last.last = true;
    const auto yield =
        run({first, second, last}, "mark { delay_ns: 2001 pulse { channel: 1 height_min_adc: 2000 } }");
    REQUIRE(yield.violations.empty());
    REQUIRE(yield.marks.size() == 2);
    CHECK(yield.batches[0].watermark == at(2000 - 501));
    CHECK(proto::ticks_between(yield.marks[0].time, at(1600)) == Approx(-500.25).margin(1e-4));
    CHECK(proto::ticks_between(yield.marks[1].time, at(2100)) == Approx(-500.25).margin(1e-4));
}

TEST_CASE("what is held is yielded before a new epoch begins, at the end, and when the device fails") {
    auto first = batch_until(1000);
    add_trace(first, 1, 900, 300, 150);
    auto reborn = batch_until(50, 1);
    add_trace(reborn, 1, 10, 300, 150);
    auto last = batch_until(60, 1);
    last.last = true;
    const auto yield = run({first, reborn, last}, pulse);
    REQUIRE(yield.violations.empty());
    REQUIRE(yield.marks.size() == 2);
    CHECK(yield.marks[0].time == at(1050, 0));
    CHECK(yield.marks[1].time == at(160, 1));

    const auto failed = run({first}, pulse, proto::error(proto::ErrorKind::IO, "gone"));
    REQUIRE(failed.violations.empty());
    REQUIRE(failed.marks.size() == 1);
    CHECK(failed.marks[0].time == at(1050));
}

TEST_CASE("pulses that are no marks are counted, a device's own marks pass through") {
    auto batch = batch_until(5000);
    add_trace(batch, 1, 1000, 200, 100);
    add_trace(batch, 1, 2000, 100, 5);
    Mark own;
    own.time = at(1500);
    own.kind = Mark::Kind::BEAM_ON;
    batch.marks.push_back(own);
    auto last = batch_until(5000);
    last.last = true;
    const auto yield =
        run({batch, last}, "mark { pulse { channel: 1 height_min_adc: 2000 width_max_ns: 100 } }");
    REQUIRE(yield.marks.size() == 1);
    CHECK(yield.marks[0].kind == Mark::Kind::BEAM_ON);
    CHECK(yield.counted ==
          std::map<std::string, std::uint64_t>{{"mark-width-out-of-range", 1}, {"mark-edge-cut", 1}});
}

TEST_CASE("a configuration that cannot give marks is refused, and a board without marks is left alone") {
    const auto refused = [](const std::string& marks) {
        auto source = with_marks(std::make_unique<testing::ScriptedSource>(board_info, std::vector<Batch>{}),
                                 board(marks));
        REQUIRE(!source.has_value());
        CHECK(source.error().kind == proto::ErrorKind::CONFIG);
        return source.error().message;
    };
    CHECK(refused("mark { pulse { channel: 5 height_min_adc: 20 } }") ==
          "board 3: mark: channel 5 is not read out; it needs an enabled input");
    CHECK(refused("mark { pulse { channel: 1 height_min_adc: 20 height_max_adc: 10 } }") ==
          "board 3: mark: height_max_adc is below height_min_adc");
    CHECK(refused("mark { kind: STROBE }") == "board 3: mark: says nothing; allowed: pulse, trigger, latch");
    auto inner = std::make_unique<testing::ScriptedSource>(board_info, std::vector<Batch>{});
    const auto* address = inner.get();
    CHECK(with_marks(std::move(inner), board("mark { latch { } }")).value().get() == address);
}

}  // namespace spillgate::hw::marks
