// What the engine hands to a chain, and what it makes of a config's channels.
#include <catch2/catch.hpp>

#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

proto::SpillRecord record_of(const std::string& daemon) {
    proto::SpillRecord record;
    record.slot = 42;
    record.daemon = daemon;
    record.clocks = {{0, 250e6, {}, 0}};
    record.windows.resize(2);
    record.windows[0].kind = wire::IN_TIME;
    record.windows[0].roi_begin = 100;
    record.windows[0].roi_end = 350;
    record.windows[0].dead_ticks = 5;
    record.windows[1].kind = wire::ANTI_COINCIDENT;
    record.windows[1].truncated = true;
    return record;
}

void add_trace(proto::SpillRecord& record, std::uint32_t board, std::uint32_t channel, std::int64_t ticks,
               std::uint16_t x, proto::Stream stream = wire::RAW) {
    proto::Trace trace;
    trace.board = board;
    trace.channel = channel;
    trace.stream = stream;
    trace.first.ticks = ticks;
    trace.offset = record.samples.size();
    trace.count = 2 * words_per_window;
    for (int window = 0; window < 2; ++window)
        for (const std::uint16_t word :
             {std::uint16_t{1}, x, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}})
            record.samples.push_back(word);
    record.traces.push_back(trace);
}

}  // namespace

TEST_CASE("a worker finds each channel's raw traces in time order, and those of its veto") {
    const auto engine = window_engine(window_config(""));
    auto worker = engine->make_worker();
    auto record = record_of("daq");
    add_trace(record, 0, 0, 500, 8);
    add_trace(record, 0, 0, 100, 4);
    add_trace(record, 0, 0, 50, 99, wire::AVERAGED);
    add_trace(record, 0, 1, 0, 0);
    add_trace(record, 1, 0, 0, 20);
    SlotCandidates out;
    worker->reconstruct(record, out);
    worker->reconstruct(record, out);  // overwritten, not appended
    REQUIRE(out.candidates.size() == 4);
    CHECK(out.slot == 42);
    CHECK(out.frequency_hz == 250e6);
    CHECK(out.candidates[0].channel == 0);
    CHECK(out.candidates[0].value[X] == 1.0);  // of the trace at 100, the earlier one
    CHECK(out.candidates[0].value[LEVEL] == 1.0);
    CHECK(out.candidates[2].channel == 1);
    CHECK(out.candidates[2].value[X] == 5.0);
    CHECK(out.candidates[2].value[LEVEL] == 0.0);
    REQUIRE(out.windows.size() == 2);
    CHECK(out.windows[0] == proto::WindowFact{wire::IN_TIME, 250, 5, false, false});
    CHECK(out.windows[1].truncated);
}

TEST_CASE("a quiet channel of the daemon's own boards is live, one of another daemon is not in the record") {
    const auto engine = window_engine(window_config(R"(
        daemon { name: "one" lead: true board: 0 } daemon { name: "two" board: 1 })"));
    auto worker = engine->make_worker();
    SlotCandidates out;
    worker->reconstruct(record_of("one"), out);
    REQUIRE(out.candidates.size() == 2);
    CHECK(out.candidates[0].channel == 0);
    CHECK_FALSE(out.candidates[0].found);
    worker->reconstruct(record_of("two"), out);
    REQUIRE(out.candidates.size() == 2);
    CHECK(out.candidates[0].channel == 1);
    worker->reconstruct(record_of("unnamed"), out);
    CHECK(out.candidates.size() == 4);
}
