// The simulated board as a stream: contract, reproducibility, real time.
#include <cmath>
#include <map>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "hw/pace.hpp"
#include "tests/hw/batch_contract.hpp"
#include "tests/hw/truth_reader.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

namespace {

bool same(const hw::Batch& a, const hw::Batch& b) {
    const auto same_mark = [](const hw::Mark& x, const hw::Mark& y) {
        return x.time == y.time && x.kind == y.kind && x.cycle_id == y.cycle_id;
    };
    const auto same_charge = [](const hw::Charge& x, const hw::Charge& y) {
        return x.time == y.time && x.cycle_id == y.cycle_id && x.charge_pc == y.charge_pc &&
               x.flavour == y.flavour && x.facility_veto == y.facility_veto;
    };
    return a.samples == b.samples && a.traces == b.traces && a.watermark == b.watermark && a.last == b.last &&
           std::equal(a.marks.begin(), a.marks.end(), b.marks.begin(), b.marks.end(), same_mark) &&
           std::equal(a.charges.begin(), a.charges.end(), b.charges.begin(), b.charges.end(), same_charge);
}

bool same(const Simulated& a, const Simulated& b) {
    return a.truth_text == b.truth_text &&
           std::equal(a.batches.begin(), a.batches.end(), b.batches.begin(), b.batches.end(),
                      [](const hw::Batch& x, const hw::Batch& y) { return same(x, y); });
}

void make_hpge(config::Board& board, std::mt19937_64& random) {
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    board.set_sample_rate_mhz(uniform(50, 250));
    board.set_bits(14 + static_cast<std::uint32_t>(random() % 3));
    board.set_is_signed(random() % 2 == 0);
    auto& hpge = *board.mutable_simulation()->mutable_hpge();
    hpge.set_detector_channels(1 + static_cast<std::uint32_t>(random() % 3));
    hpge.set_continuum_rate_hz(uniform(0, 3000));
    hpge.set_pulser_rate_hz(uniform(0, 1000));
    hpge.set_cevns_per_spill(uniform(0, 1e-2));
    hpge.set_muon_rate_hz(uniform(0, 300));
    hpge.set_decay_ns(uniform(5e3, 1e6));
    hpge.set_positive_pulses(random() % 2 == 0);
}

config::Board random_board(std::mt19937_64& random) {
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    const auto chance = [&](double p) { return uniform(0, 1) < p; };
    auto board = simulated_board(25);
    board.set_id(static_cast<std::uint32_t>(random() % 100));
    board.set_clock_domain(static_cast<std::uint32_t>(random() % 4));
    board.set_gives_marks(!chance(0.2));
    auto& simulation = *board.mutable_simulation();
    simulation.set_seed(random());
    simulation.set_self_triggered(chance(0.4));
    simulation.set_record_ns(uniform(1000, 100'000));
    simulation.set_mark_position_ns(simulation.record_ns() * uniform(0, 1));
    simulation.set_acceleration(chance(0.5) ? 1 : 1000);
    auto& beam = *simulation.mutable_beam();
    beam.set_repetition_hz(uniform(20, 120));
    beam.set_jitter_ns(uniform(0, 100'000));
    beam.set_drift_ns(uniform(0, 1'000'000));
    beam.set_missed_fraction(uniform(0, 0.5));
    beam.set_extra_fraction(uniform(0, 0.5));
    beam.set_duplicate_fraction(uniform(0, 0.5));
    beam.set_no_beam_fraction(uniform(0, 0.5));
    beam.set_charge_missing_fraction(uniform(0, 0.5));
    beam.set_charge_offset(chance(0.5) ? -1 : 0);
    beam.set_beam_on_marks(chance(0.5));
    if (chance(0.3)) beam.set_strobe_after_ns(1e9 / beam.repetition_hz() * (chance(0.5) ? 0.2 : 0.8));
    beam.set_bunches(chance(0.5) ? 2 : 1);
    if (chance(0.3)) {
        make_hpge(board, random);
        return board;
    }
    auto& pmt = *simulation.mutable_pmt();
    pmt.set_detector_channels(1 + static_cast<std::uint32_t>(random() % 3));
    pmt.set_shared_light(pmt.detector_channels() > 1 && chance(0.5));
    pmt.set_cevns_per_spill(uniform(0, 1e-3));
    pmt.set_muon_rate_hz(uniform(0, 300));
    pmt.set_linear_gate_fraction(uniform(0, 0.3));
    if (chance(0.5)) {
        board.set_sample_rate_mhz(250);
        board.set_bits(14);
        board.set_is_signed(false);
        pmt.set_baseline_adc(14000);
        pmt.set_spe_charge_adc(2000);
        pmt.set_linear_gate_adc(100);
        pmt.set_positive_pulses(chance(0.3));
    } else {
        pmt.set_uneven_codes(chance(0.5));
    }
    return board;
}

}  // namespace

TEST_CASE("a simulated board yields one record per mark on the detector and the veto channel", "[hw]") {
    const auto board = simulated_board(50);
    std::size_t marks = 0, records = 0;
    for (const auto& batch : simulate(board)) {
        marks += batch.marks.size();
        for (const auto& trace : batch.traces) {
            CHECK(trace.count == 35000);
            CHECK(trace.encoding == proto::Encoding{8, true, 0});
            REQUIRE(batch.marks.size() == 1);
            CHECK(trace.first.ticks == batch.marks[0].time.ticks - 27475);
            records += trace.channel == 0 || trace.channel == 1;
        }
    }
    CHECK(marks == 50);
    CHECK(records == 100);
    const auto info = hw::make_source(board, {}).value()->info();
    CHECK(info.simulated);
    CHECK(info.kind == "simulation");
    CHECK(info.frequency_hz == 500e6);
}

TEST_CASE("any simulated board keeps the contract of batches", "[hw][property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 40; ++round) {
        const auto board = random_board(random);
        CAPTURE(round, board.ShortDebugString());
        const auto source = hw::make_source(board, {}).value();
        BatchContract contract(source->info());
        const auto batches = all_batches(*source);
        std::size_t marks = 0;
        for (const auto& batch : batches) {
            contract.check(batch);
            marks += batch.marks.size();
        }
        REQUIRE_THAT(contract.violations(), Catch::Equals(std::vector<std::string>{}));
        CHECK(contract.ended());
        CHECK((board.gives_marks() || marks == 0));
    }
}

TEST_CASE("equal configurations give equal bytes, in any thread and whatever ran before", "[hw]") {
    auto board = GENERATE(false, true) ? quiet_hpge_board(30) : simulated_board(30);
    if (board.simulation().has_hpge()) board.mutable_simulation()->mutable_hpge()->set_continuum_rate_hz(500);
    board.mutable_simulation()->set_seed(7);
    board.mutable_simulation()->set_self_triggered(GENERATE(false, true));
    const auto alone = simulate_with_truth(board);
    std::vector<Simulated> together(2);
    {
        std::vector<std::jthread> threads;
        for (auto& result : together)
            threads.emplace_back([&] { result = simulate_with_truth(board); });
    }
    CHECK(same(alone, together[0]));
    CHECK(same(alone, together[1]));
    board.mutable_simulation()->set_seed(8);
    CHECK_FALSE(same(alone, simulate_with_truth(board)));
}

TEST_CASE("a longer simulation begins like a shorter one", "[hw]") {
    const auto shorter = simulate(simulated_board(10));
    const auto longer = simulate(simulated_board(20));
    for (std::size_t i = 0; i + 1 < shorter.size(); ++i)
        CHECK(same(shorter[i], longer[i]));
}

TEST_CASE("a missed mark brings no record, a duplicate none of its own", "[hw]") {
    auto board = timing_board(1000);
    board.mutable_simulation()->set_record_ns(30000);
    board.mutable_simulation()->set_mark_position_ns(22000);
    board.mutable_simulation()->mutable_beam()->set_missed_fraction(0.2);
    board.mutable_simulation()->mutable_beam()->set_duplicate_fraction(0.2);
    board.mutable_simulation()->mutable_beam()->set_extra_fraction(0.2);
    std::map<std::uint64_t, int> marks;
    std::size_t extra = 0, records = 0, duplicates = 0;
    for (const auto& batch : simulate(board)) {
        for (const auto& mark : batch.marks) {
            if (!mark.cycle_id)
                ++extra;
            else if (++marks[*mark.cycle_id] == 2)
                ++duplicates;
        }
        records += batch.traces.size() / 2;
    }
    CHECK(marks.size() > 740);
    CHECK(marks.size() < 860);
    CHECK(duplicates > 100);
    CHECK(extra > 140);
    CHECK(records == marks.size() + extra);
}

TEST_CASE("a strobe follows each extraction with a record of its own", "[hw]") {
    auto board = timing_board(100);
    const double after_ns = GENERATE(4e6, 14e6);
    board.mutable_simulation()->mutable_beam()->set_strobe_after_ns(after_ns);
    std::int64_t mark = 0;
    std::size_t strobes = 0;
    for (const auto& batch : simulate(board)) {
        for (const auto& m : batch.marks) {
            const bool is_strobe = m.kind == hw::Mark::Kind::STROBE;
            if (is_strobe && mark != 0) {
                CHECK(m.time.ticks - mark == std::llround(after_ns / 2));
                REQUIRE(batch.traces.size() == 2);
                CHECK(batch.traces[0].first.ticks == m.time.ticks - 250);
                ++strobes;
            }
            for (const auto& trace : batch.traces)
                CHECK(((trace.flags & proto::TRACE_STROBE) != 0) == is_strobe);
            if (!is_strobe) mark = m.time.ticks;
        }
    }
    CHECK(strobes >= 99);
}

TEST_CASE("a board that gives no marks still records at the facility's rate", "[hw]") {
    auto board = simulated_board(20);
    board.set_gives_marks(false);
    std::size_t traces = 0;
    for (const auto& batch : simulate(board)) {
        CHECK(batch.marks.empty());
        CHECK(batch.charges.empty());
        traces += batch.traces.size();
    }
    CHECK(traces == 40);
}

TEST_CASE("in real time nothing comes before it has happened, and boards of one host number cycles alike",
          "[hw][integration]") {
    auto board = timing_board(8);
    board.mutable_simulation()->set_as_fast_as_possible(false);
    board.mutable_simulation()->mutable_beam()->set_repetition_hz(100);
    const auto began_ns = hw::steady_ns();
    const auto moment = [](const proto::ClockTime& time) {
        return static_cast<double>(time.ticks) / 500e6 * 1e9;
    };
    std::map<std::uint64_t, proto::ClockTime> marks;
    for (std::uint32_t id = 1; id <= 2; ++id) {
        board.set_id(id);
        const auto source = hw::make_source(board, {}).value();
        BatchContract contract(source->info());
        VisitingSink sink([&](const hw::Batch& batch) {
            contract.check(batch);
            const auto now = static_cast<double>(hw::steady_ns());
            if (!batch.last) CHECK(moment(batch.watermark) <= now);
            for (const auto& trace : batch.traces)
                CHECK(moment(proto::advanced(trace.first, trace.count)) <= now);
            for (const auto& mark : batch.marks) {
                CHECK(moment(mark.time) >= static_cast<double>(began_ns));
                CHECK(moment(mark.time) / 1e9 * 100 ==
                      Approx(static_cast<double>(*mark.cycle_id)).margin(0.02));
                marks[*mark.cycle_id] = mark.time;
            }
        });
        std::stop_source stop;
        source->run(sink, stop.get_token()).value();
        CHECK_THAT(contract.violations(), Catch::Equals(std::vector<std::string>{}));
        CHECK(contract.ended());
    }
    CHECK(marks.size() >= 8);
}

TEST_CASE("boards with one beam seed see the same pulses, each with its own faults of marks", "[hw]") {
    const auto facts = [](std::uint32_t id, std::uint64_t beam_seed) {
        auto board = timing_board(200);
        board.set_id(id);
        auto& beam = *board.mutable_simulation()->mutable_beam();
        beam.set_seed(beam_seed);
        beam.set_missed_fraction(0.3);
        beam.set_no_beam_fraction(0.2);
        std::map<std::uint64_t, std::int64_t> marks, charges;
        for (const auto& batch : simulate(board)) {
            for (const auto& mark : batch.marks)
                marks[*mark.cycle_id] = mark.time.ticks;
            for (const auto& charge : batch.charges)
                charges[*charge.cycle_id] = charge.charge_pc;
        }
        return std::pair(marks, charges);
    };
    const auto [marks_1, charges_1] = facts(1, 5);
    const auto [marks_2, charges_2] = facts(2, 5);
    const auto [marks_3, charges_3] = facts(1, 6);
    CHECK(charges_1 == charges_2);
    CHECK(charges_1 != charges_3);
    std::size_t both = 0;
    for (const auto& [cycle, tick] : marks_1) {
        const auto other = marks_2.find(cycle);
        if (other == marks_2.end()) continue;
        CHECK(other->second == tick);
        ++both;
    }
    CHECK(both > 50);
    CHECK(both < marks_1.size());
}

TEST_CASE("a simulation stops when asked to, in the middle of a long cycle", "[hw]") {
    auto board = timing_board(0);
    board.mutable_simulation()->set_as_fast_as_possible(false);
    board.mutable_simulation()->mutable_beam()->set_repetition_hz(0.1);
    const auto source = hw::make_source(board, {}).value();
    std::stop_source stop;
    int batches = 0;
    // Watermarks come every few ms, though no mark does for seconds.
    VisitingSink sink([&](const hw::Batch& batch) {
        CHECK(batch.traces.empty());
        if (++batches == 5) stop.request_stop();
    });
    source->run(sink, stop.get_token()).value();  // returns: CTest's limit is the deadline
    CHECK(batches >= 5);
}

TEST_CASE("a simulation that cannot be is refused in words", "[hw]") {
    const auto message = [](const config::Board& board) {
        const auto source = hw::make_source(board, {});
        REQUIRE(source.has_error());
        CHECK(source.error().kind == proto::ErrorKind::CONFIG);
        return source.error().message;
    };
    auto board = simulated_board(1);
    board.mutable_simulation()->set_record_ns(5e6);
    CHECK_THAT(message(board),
               Catch::Contains("record_ns is 5e+06; allowed is at most a tenth of the cycle"));
    board = simulated_board(1);
    board.mutable_simulation()->mutable_pmt()->set_veto_channel(0);
    CHECK_THAT(message(board), Catch::Contains("veto_channel is 0"));
    board = simulated_board(1);
    board.set_bits(14);
    board.mutable_simulation()->mutable_pmt()->set_uneven_codes(true);
    CHECK_THAT(message(board), Catch::Contains("uneven_codes"));
    board = simulated_board(1);
    board.mutable_simulation()->mutable_pmt()->set_baseline_adc(300);
    CHECK_THAT(message(board), Catch::Contains("baseline_adc is 300; allowed is -128 to 127"));

    board = simulated_board(1);
    board.mutable_simulation()->set_truth_file("/nonexistent/truth.csv");
    const auto source = hw::make_source(board, {});
    REQUIRE(source.has_error());
    CHECK(source.error().kind == proto::ErrorKind::IO);
}
