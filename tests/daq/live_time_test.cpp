// Dead time: what the ledger says by the stated model, against a simulated device whose dead time is known,
// and against what pulsers find.
#include <catch2/catch.hpp>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {
namespace {

// Detector channels 0 and 1, a pulser on channel 5; 1 ms of C per slot.
const std::string long_windows = R"(
    mode: SELF_TRIGGERED ac_margin_ns: 20000 trace_margin_ns: 1000 reorder_margin_ns: 10000
    anti_coincident { pretrace_begin_ns: 8000000 pretrace_end_ns: 8000000 roi_begin_ns: 8000000
                      roi_end_ns: 9000000 }
    in_time { pretrace_begin_ns: 0 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: 1000000 })";

config::Config config_of(const std::string& dead_time, const std::string& pulser) {
    auto config = make_config(long_windows, "",
                              R"(channel { name: "b" board: 0 channel: 1 }
        channel { name: "pulser" board: 0 channel: 5 role: PULSER )" +
                                  pulser + " }");
    REQUIRE(google::protobuf::TextFormat::ParseFromString(dead_time,
                                                          config.mutable_board(0)->mutable_dead_time()));
    return config;
}

struct Hit {
    double time;
    unsigned channel;
};

struct Truth {
    Stream stream;
    std::vector<Hit> traces;  // as recorded
};

// A device that records 400 ns per trigger, and then is dead for `dead` ticks: the channel, or all of it.
Truth device(std::uint64_t seed, double rate_hz, double pulser_hz, bool random_pulser, double dead,
             bool whole_board) {
    std::mt19937_64 random(seed);
    std::vector<Hit> hits;
    const double end = grid(400) - ms(1);
    const auto poisson = [&](unsigned channel, double hz) {
        std::exponential_distribution<double> gap(hz / frequency_hz);
        for (double t = frequency_hz / 2 + gap(random); t < end - ms(1); t += gap(random))
            hits.push_back({std::floor(t), channel});
    };
    poisson(0, rate_hz);
    poisson(1, rate_hz);
    if (random_pulser)
        poisson(5, pulser_hz);
    else
        for (double t = frequency_hz / 2; t < end - ms(1); t += frequency_hz / pulser_hz)
            hits.push_back({std::floor(t), 5});
    std::ranges::sort(hits, {}, &Hit::time);
    Truth truth;
    truth.stream.end = end;
    for (int i = 0; i < 400; ++i) {
        truth.stream.mark(grid(i));
        truth.stream.charge(grid(i));
    }
    const auto is_missed = [&](const Hit& hit) {
        for (auto trace = truth.traces.rbegin(); trace != truth.traces.rend(); ++trace) {
            const double end_of_trace = trace->time + 100;
            if (end_of_trace + dead + 1000 < hit.time) return false;
            if (hit.time >= end_of_trace + dead) continue;
            if (trace->channel == hit.channel || (whole_board && hit.time >= end_of_trace)) return true;
        }
        return false;
    };
    for (const auto& hit : hits) {
        if (is_missed(hit)) continue;
        truth.stream.trace(hit.time, 10, hit.channel);  // 100 ticks
        truth.traces.push_back(hit);
    }
    return truth;
}

// Dead ticks of a channel in [begin, end), counted tick by tick.
std::int64_t dead_by_hand(const Truth& truth, unsigned channel, double dead, bool whole_board,
                          std::int64_t begin, std::int64_t end) {
    std::vector<bool> is_dead(static_cast<std::size_t>(end - begin));
    for (const auto& trace : truth.traces) {
        if (trace.channel != channel && !whole_board) continue;
        const auto from = static_cast<std::int64_t>(trace.time) + 100;
        const auto to = from + static_cast<std::int64_t>(dead);
        for (std::int64_t tick = std::max(from, begin); tick < std::min(to, end); ++tick)
            is_dead[static_cast<std::size_t>(tick - begin)] = true;
    }
    return std::ranges::count(is_dead, true);
}

}  // namespace

TEST_CASE("dead ticks of every window are those of a count tick by tick", "[property]") {
    const bool whole_board = GENERATE(false, true);
    const double dead = us(GENERATE(3.0, 40.0));
    const auto truth = device(4, 5000, 500, true, dead, whole_board);
    Bench bench(config_of("model: FIXED after_trace_ns: " + std::to_string(dead * 4) +
                              (whole_board ? " whole_board: true" : ""),
                          "pulser_rate_hz: 500 pulser_random: true"));
    bench.run(truth.stream);
    std::int64_t total = 0;
    for (std::size_t slot = 0; slot < 20; ++slot) {
        const auto& record = bench.record(slot);
        for (const auto& window : record.windows) {
            const auto begin = record.t0.ticks + window.roi_begin;
            const auto end = record.t0.ticks + window.roi_end;
            const auto sum = dead_by_hand(truth, 0, dead, whole_board, begin, end) +
                             dead_by_hand(truth, 1, dead, whole_board, begin, end);
            CHECK(window.dead_ticks == (sum + 1) / 2);
            total += window.dead_ticks;
        }
    }
    CHECK(total > 0);
    const auto totals = bench.pipeline.statistics().ledger.totals();
    std::int64_t roi = 0;
    for (const auto& verdict : bench.outlet.verdicts)
        for (const auto& window : verdict.windows)
            roi += window.roi_ticks;
    CHECK(totals.in_time_roi_ticks() + totals.in_time_dead_ticks() + totals.anti_coincident_roi_ticks() +
              totals.anti_coincident_dead_ticks() ==
          roi);
}

TEST_CASE("the ledger's live time is what forced triggers and pulsers find, within their error") {
    const bool random_pulser = GENERATE(false, true);
    const bool whole_board = GENERATE(false, true);
    const double dead = us(20);
    // Pulses at equal distances never come in the dead time of the one before: they are few, so that it
    // hardly counts.
    const double hz = random_pulser ? 20000 : 997;
    const auto truth = device(7, 4000, hz, random_pulser, dead, whole_board);
    const auto pulser =
        "pulser_rate_hz: " + std::to_string(hz) + (random_pulser ? " pulser_random: true" : "");
    Bench bench(config_of(
        "model: FIXED after_trace_ns: 20000" + std::string(whole_board ? " whole_board: true" : ""), pulser));
    bench.run(truth.stream);
    const auto checks = bench.pipeline.statistics().live_checks;
    REQUIRE(checks.size() == 1);
    const auto& check = checks.front();
    CHECK(check.channel() == "pulser");
    CHECK(check.sent() == Approx(hz * 0.8).epsilon(0.01));  // 400 slots of two windows of 1 ms
    CHECK(check.error() < 0.02);
    INFO("random " << random_pulser << ", whole board " << whole_board << ": " << check.ShortDebugString());
    CHECK(std::abs(check.live_fraction() - check.ledger_live_fraction()) < 4 * check.error() + 3e-3);
    if (random_pulser || whole_board) CHECK(check.ledger_live_fraction() < 0.97);
    // With a model that says nothing, the pulser shows it.
    Bench blind(config_of("", pulser));
    blind.run(truth.stream);
    const auto unsaid = blind.pipeline.statistics().live_checks.front();
    CHECK(unsaid.live_fraction() == check.live_fraction());
    if (whole_board)
        CHECK(std::abs(unsaid.live_fraction() - unsaid.ledger_live_fraction()) > 5 * unsaid.error());
}

TEST_CASE("without pulsers and dead time there is nothing to report") {
    Bench bench(make_config());
    Stream stream;
    stream.end = grid(10) - ms(1);
    for (int i = 0; i < 10; ++i)
        stream.good_slot(i);
    bench.run(stream);
    CHECK(bench.pipeline.statistics().live_checks.empty());
    CHECK(bench.verdict(3).windows.front().dead_ticks == 0);
}

}  // namespace spillgate::daq::test
