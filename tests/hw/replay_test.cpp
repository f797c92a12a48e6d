// Runs replayed through the Source interface.
#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include "tests/hw/batch_contract.hpp"
#include "tests/hw/recorded_run.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;
using proto::testing::TemporaryDirectory;

namespace {

config::Board replay_board(const std::string& run) {
    config::Board board;
    board.set_id(3);
    board.set_sample_rate_mhz(500);
    board.set_bits(8);
    board.set_clock_domain(2);
    board.mutable_replay()->set_path(run);
    board.mutable_replay()->set_pace(config::Replay::AS_FAST_AS_POSSIBLE);
    return board;
}

config::Config facility(int charge_offset) {
    config::Config config;
    config.mutable_facility()->set_repetition_hz(60);
    config.mutable_facility()->set_charge_offset(charge_offset);
    return config;
}

std::vector<hw::Batch> replay(const config::Board& board, int charge_offset = -1) {
    const auto source = hw::make_source(board, facility(charge_offset)).value();
    const auto batches = all_batches(*source);
    BatchContract contract(source->info());
    for (const auto& batch : batches)
        contract.check(batch);
    CHECK_THAT(contract.violations(), Catch::Equals(std::vector<std::string>{}));
    CHECK(contract.ended());
    return batches;
}

// A stream without its division into batches.
struct Stream {
    std::vector<hw::Mark> marks;
    std::vector<hw::Charge> charges;
    std::vector<hw::DeviceTrace> traces;              // offsets set to 0
    std::vector<std::vector<std::uint16_t>> samples;  // of each trace
};

Stream stream_of(const std::vector<hw::Batch>& batches) {
    Stream stream;
    for (const auto& batch : batches) {
        stream.marks.insert(stream.marks.end(), batch.marks.begin(), batch.marks.end());
        stream.charges.insert(stream.charges.end(), batch.charges.begin(), batch.charges.end());
        for (hw::DeviceTrace trace : batch.traces) {
            const auto first = batch.samples.begin() + static_cast<std::ptrdiff_t>(trace.offset);
            stream.samples.emplace_back(first, first + trace.count);
            trace.offset = 0;
            stream.traces.push_back(trace);
        }
    }
    return stream;
}

config::Board faulty_board(std::uint64_t slots) {
    auto board = simulated_board(slots);
    board.set_id(3);
    board.set_clock_domain(2);
    auto& simulation = *board.mutable_simulation();
    simulation.set_record_ns(4000);
    simulation.set_mark_position_ns(1000);
    auto& beam = *simulation.mutable_beam();
    beam.set_missed_fraction(0.1);
    beam.set_no_beam_fraction(0.1);
    beam.set_charge_missing_fraction(0.1);
    beam.set_veto_fraction(0.1);
    return board;
}

}  // namespace

TEST_CASE("a replayed run gives back its marks, charges, traces and samples", "[hw]") {
    const std::size_t verdict_delay = GENERATE(0, 1, 90);
    TemporaryDirectory runs;
    const auto live = simulate(faulty_board(200));
    const auto run = write_run(runs.path(), slots_of(live, 500e6), verdict_delay, true);
    const auto board = replay_board(run);
    CHECK(hw::make_source(board, facility(-1)).value()->info().simulated);
    CHECK(hw::make_source(board, facility(-1)).value()->info().frequency_hz == 500e6);

    const Stream expected = stream_of(live);
    const Stream got = stream_of(replay(board));
    REQUIRE(got.marks.size() == expected.marks.size());
    for (std::size_t i = 0; i < got.marks.size(); ++i) {
        CHECK(got.marks[i].time == expected.marks[i].time);
        CHECK(got.marks[i].cycle_id == expected.marks[i].cycle_id);
        CHECK(got.marks[i].uncertainty_ns == expected.marks[i].uncertainty_ns);
    }
    CHECK(got.traces == expected.traces);
    CHECK(got.samples == expected.samples);
    // Of the charges, those that describe slots of the run and came with one.
    const auto first_cycle = *expected.marks.front().cycle_id;
    std::vector<std::uint64_t> expected_cycles, got_cycles;
    for (const auto& charge : expected.charges)
        if (*charge.cycle_id > first_cycle && *charge.cycle_id <= *expected.marks.back().cycle_id)
            expected_cycles.push_back(*charge.cycle_id);
    for (const auto& charge : got.charges)
        got_cycles.push_back(*charge.cycle_id);
    CHECK(got_cycles == expected_cycles);
    std::size_t compared = 0;
    for (const auto& charge : got.charges) {
        for (const auto& other : expected.charges) {
            if (other.cycle_id != charge.cycle_id) continue;
            CHECK(charge.charge_pc == other.charge_pc);
            CHECK(charge.flavour == other.flavour);
            CHECK(charge.facility_veto == other.facility_veto);
            ++compared;
        }
    }
    CHECK(compared == got.charges.size());
}

TEST_CASE("with charge offset 0 a replayed charge comes with its own slot's mark", "[hw]") {
    TemporaryDirectory runs;
    const auto slots = slots_of(simulate(faulty_board(60)), 500e6);
    const auto got = stream_of(replay(replay_board(write_run(runs.path(), slots, 1, true)), 0));
    std::vector<std::pair<std::uint64_t, std::int64_t>> expected, seen;
    for (const auto& slot : slots)
        if (slot.verdict.charge_state == wire::CHARGE_MEASURED)
            expected.emplace_back(*slot.verdict.cycle_id, slot.verdict.charge_pc);
    for (const auto& charge : got.charges)
        seen.emplace_back(*charge.cycle_id, charge.charge_pc);
    CHECK(seen == expected);
}

TEST_CASE("a trace that two slots share is replayed once", "[hw]") {
    TemporaryDirectory plain_runs, shared_runs;
    auto slots = slots_of(simulate(faulty_board(3)), 500e6);
    const auto count =
        stream_of(replay(replay_board(write_run(plain_runs.path(), slots, 1, true)))).traces.size();
    // The second slot's windows reach back into the first one's last trace.
    const auto& from = *slots[0].record;
    auto& to = *slots[1].record;
    proto::Trace shared = from.traces.back();
    shared.offset = to.samples.size();
    const auto samples = from.samples_of(from.traces.back());
    to.samples.insert(to.samples.end(), samples.begin(), samples.end());
    to.traces.insert(to.traces.begin(), shared);
    const auto got = stream_of(replay(replay_board(write_run(shared_runs.path(), slots, 1, true))));
    CHECK(got.traces.size() == count);
}

TEST_CASE("strobes come back with the windows that they opened", "[hw]") {
    TemporaryDirectory runs;
    auto simulated = faulty_board(20);
    simulated.mutable_simulation()->mutable_beam()->set_missed_fraction(0);
    simulated.mutable_simulation()->mutable_beam()->set_strobe_after_ns(14e6);
    const auto live = simulate(simulated);
    // The roi of a strobed window begins 1000 ticks, 2 μs, after its strobe.
    const std::string config = R"(
        name: "strobed"
        facility { name: "SNS" repetition_hz: 60 }
        board { id: 3 sample_rate_mhz: 500 bits: 8 is_signed: true simulation {} }
        gate {
          mode: STROBED
          strobe_phase_ns: 14000000
          in_time { pretrace_begin_ns: 0 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 3000 }
          anti_coincident { pretrace_begin_ns: 0 pretrace_end_ns: 2000 roi_begin_ns: 2000 roi_end_ns: 3000 }
        })";
    const auto got =
        stream_of(replay(replay_board(write_run(runs.path(), slots_of(live, 500e6), 1, true, config))));
    const auto expected = stream_of(live);
    const auto strobes = [](const Stream& stream, std::int64_t from) {
        std::vector<std::int64_t> ticks;
        for (const auto& mark : stream.marks)
            if (mark.kind == hw::Mark::Kind::STROBE && mark.time.ticks >= from)
                ticks.push_back(mark.time.ticks);
        return ticks;
    };
    // A strobe before the first mark belongs to no slot of the run.
    const auto first = std::find_if(expected.marks.begin(), expected.marks.end(), [](const hw::Mark& mark) {
        return mark.kind == hw::Mark::Kind::EXTRACT;
    });
    const auto expected_ticks = strobes(expected, first->time.ticks);
    CHECK(expected_ticks.size() >= 19);
    CHECK(strobes(got, 0) == expected_ticks);
    std::size_t flagged = 0;
    for (const auto& trace : got.traces)
        flagged += (trace.flags & proto::TRACE_STROBE) != 0;
    CHECK(flagged == 2 * expected_ticks.size());
}

TEST_CASE("a looped replay lets time and cycle ids go on, one period after the last slot", "[hw]") {
    TemporaryDirectory runs;
    auto simulated = faulty_board(20);
    simulated.mutable_simulation()->mutable_beam()->set_missed_fraction(0);
    simulated.mutable_simulation()->mutable_beam()->set_jitter_ns(0);
    auto board = replay_board(write_run(runs.path(), slots_of(simulate(simulated), 500e6), 1, true));
    board.mutable_replay()->set_loop(true);
    board.mutable_replay()->set_stop_after_slots(50);
    const auto got = stream_of(replay(board));
    REQUIRE(got.marks.size() == 50);
    for (std::size_t i = 1; i < got.marks.size(); ++i) {
        CHECK(*got.marks[i].cycle_id == *got.marks[i - 1].cycle_id + 1);
        CHECK(proto::ticks_between(got.marks[i].time, got.marks[i - 1].time) == Approx(500e6 / 60).margin(1));
    }
    CHECK(got.traces.size() == 100);
    CHECK(got.samples[0] == got.samples[40]);
}

TEST_CASE("a recording without marks is replayed event by event under simulated marks", "[hw]") {
    // Slices that contain many events, one, and such as cut events in two.
    const std::int64_t slice = GENERATE(25'000'000, 1'250'000, 757'533);
    TemporaryDirectory runs;
    auto board = replay_board(write_run(runs.path(), pulser_recording(37, slice), 1, false));
    board.mutable_replay()->set_simulated_marks(true);
    board.mutable_replay()->set_rate_hz(60);
    board.mutable_replay()->set_mark_lead_ns(2000);
    const auto info = hw::make_source(board, facility(-1)).value()->info();
    CHECK(info.simulated);
    CHECK(info.frequency_hz == 250e6);

    const auto got = stream_of(replay(board));
    CHECK(got.charges.empty());
    REQUIRE(got.marks.size() == 37);
    REQUIRE(got.traces.size() == 148);
    for (std::size_t event = 0; event < 37; ++event) {
        const auto& mark = got.marks[event];
        CHECK(mark.cycle_id == event + 1);
        CHECK(mark.time.ticks == std::llround(static_cast<double>(event + 1) * 250e6 / 60));
        std::set<std::pair<std::uint32_t, int>> streams;
        for (std::size_t i = 4 * event; i < 4 * event + 4; ++i) {
            const auto& trace = got.traces[i];
            streams.emplace(trace.channel, static_cast<int>(trace.stream));
            // Averages begin 500 ticks after the mark, raw samples 2000 later, channel 4 another 6.
            const std::int64_t after =
                (trace.stream == wire::RAW ? 2500 : 500) + (trace.channel == 4 ? 6 : 0);
            CHECK(trace.first.ticks - mark.time.ticks == after);
            CHECK(got.samples[i] ==
                  std::vector<std::uint16_t>(trace.count, static_cast<std::uint16_t>(4 * (event + 1))));
        }
        CHECK(streams.size() == 4);
    }
}

TEST_CASE("a recording without marks, as it is, has none", "[hw]") {
    TemporaryDirectory runs;
    const auto board = replay_board(write_run(runs.path(), pulser_recording(10, 1'000'000), 1, false));
    CHECK_FALSE(hw::make_source(board, facility(-1)).value()->info().simulated);
    const auto got = stream_of(replay(board));
    CHECK(got.marks.empty());
    CHECK(got.traces.size() == 40);
}

TEST_CASE("a replay stops within its time, however slow its pace", "[hw]") {
    TemporaryDirectory runs;
    auto board = replay_board(write_run(runs.path(), pulser_recording(10, 1'000'000), 1, false));
    board.mutable_replay()->set_pace(config::Replay::RATE);
    board.mutable_replay()->set_rate_hz(0.001);
    const auto source = hw::make_source(board, facility(-1)).value();
    std::stop_source stop;
    VisitingSink sink([&](const hw::Batch&) { stop.request_stop(); });
    source->run(sink, stop.get_token()).value();  // returns: CTest's limit is the deadline
    SUCCEED();
}

TEST_CASE("what cannot be replayed is refused in words", "[hw]") {
    TemporaryDirectory runs;
    const auto kind_and_message = [](const config::Board& board) {
        const auto source = hw::make_source(board, facility(-1));
        REQUIRE(source.has_error());
        return std::pair(source.error().kind, source.error().message);
    };
    CHECK(kind_and_message(replay_board(runs.path() + "/none")).first == proto::ErrorKind::NOT_FOUND);

    auto board = replay_board(write_run(runs.path(), pulser_recording(2, 1'000'000), 1, false));
    board.mutable_replay()->set_recorded_board(9);
    auto refused = kind_and_message(board);
    CHECK(refused.first == proto::ErrorKind::NOT_FOUND);
    CHECK_THAT(refused.second, Catch::Contains("no trace of board 9"));

    board.mutable_replay()->clear_recorded_board();
    board.mutable_replay()->set_simulated_marks(true);
    refused = kind_and_message(board);
    CHECK(refused.first == proto::ErrorKind::CONFIG);
    CHECK_THAT(refused.second, Catch::Contains("rate_hz"));

    config::Board nothing;
    nothing.set_id(5);
    CHECK_THAT(kind_and_message(nothing).second, Catch::Contains("simulation and replay"));
}
