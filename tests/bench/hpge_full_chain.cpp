// The HPGe chain of docs/reconstruction.md on traces of 8192 samples: baseline and slope, pole-zero, energy
// trapezoid, t0, A/E and what else it says of a window.
#include <algorithm>
#include <cmath>
#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "offline/reconstruction/chain.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/measure.hpp"

namespace spillgate::bench {

namespace {

constexpr std::uint32_t trace_samples = 8192;
constexpr int records = 8192;  // 134 MB: more than the caches hold
constexpr std::int64_t roi_begin = 2048;
constexpr std::int64_t roi_end = 6144;

// 14 bits, 4 ns; the chain's own lengths: baseline 8 μs, trapezoid 6 + 2 μs, short trapezoid 48 ns over 2 μs.
config::Config hpge_config() {
    config::Config config;
    auto& board = *config.add_board();
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    auto& channel = *config.add_channel();
    channel.set_name("ge");
    channel.set_board(0);
    channel.set_channel(0);
    channel.set_chain("hpge");
    config.mutable_gate()->set_mode(config::Gate::SELF_TRIGGERED);
    auto& chain = *config.add_chain();
    chain.set_name("hpge");
    chain.mutable_hpge();
    return config;
}

// A step of 100 to 8000 codes that rises within 100 to 600 ns, somewhere in the roi.
proto::SpillRecord make_record(std::mt19937_64& random, const std::vector<int>& noise) {
    proto::SpillRecord record;
    record.clocks = {{.domain = 0, .frequency_hz = 250e6, .t0 = record.t0}};
    proto::Trace trace;
    trace.encoding = {.bits = 14};
    trace.count = trace_samples;
    record.traces.push_back(trace);
    record.samples.resize(trace_samples);
    const double start = std::uniform_real_distribution<double>(2300, 5900)(random);
    const double rise = std::uniform_real_distribution<double>(25, 150)(random);
    const double height = std::uniform_real_distribution<double>(100, 8000)(random);
    const auto shift = random() % noise.size();
    for (std::size_t i = 0; i < trace_samples; ++i) {
        const double since = static_cast<double>(i) - start;
        const double pulse = since < 0 ? 0 : height * std::min(1.0, since / rise) * std::exp(-since / 20000);
        const auto code = std::lround(2000 + pulse) + noise[(i + shift) % noise.size()];
        record.samples[i] = static_cast<std::uint16_t>(std::clamp(code, 1L, 16382L));
    }
    proto::Window window;
    window.kind = wire::IN_TIME;
    window.pretrace_end = window.roi_begin = roi_begin;
    window.roi_end = roi_end;
    window.traces = {0};
    record.windows = {window};
    return record;
}

}  // namespace

proto::Result<std::vector<Row>> hpge_full_chain(const Options&) {
    const auto config = hpge_config();
    const auto chain = offline::make_chain(config.chain(0), config);
    if (!chain) return chain.error();

    std::mt19937_64 random(1);
    std::vector<int> noise(65536);
    std::normal_distribution<double> white(0, 3);
    std::ranges::generate(noise, [&] { return static_cast<int>(std::lround(white(random))); });
    std::vector<proto::SpillRecord> input;
    std::vector<std::byte> bytes;
    for (int i = 0; i < records; ++i) {
        input.push_back(make_record(random, noise));
        const auto samples = std::as_bytes(std::span(input.back().samples));
        bytes.insert(bytes.end(), samples.begin(), samples.end());
    }

    const auto worker = (*chain)->make_worker();
    std::vector<offline::Candidate> candidates;
    constexpr std::uint32_t detector_trace = 0;
    std::size_t found = 0;
    const double seconds = median_seconds([&] {
        found = 0;
        for (const auto& record : input) {
            candidates.clear();
            worker->reconstruct({.record = record,
                                 .channel = 0,
                                 .traces = {&detector_trace, 1},
                                 .vetoes = {},
                                 .partners = {}},
                                candidates);
            found += candidates.front().found;
        }
        benchmark::DoNotOptimize(found);
    });
    if (found < records * 99 / 100)
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("the chain found only {} of {} candidates: this is not its speed", found, records));

    const double samples_per_second = static_cast<double>(records) * trace_samples / seconds;
    const double read_per_second = memory_read_speed(bytes) / sizeof(std::uint16_t);
    return std::vector<Row>{
        {"hpge_full_chain", samples_per_second / 1e9, "GS/s", read_per_second / 1e9,
         fmt::format(
             "one core, {} traces of {} samples of 14 bits and 4 ns with one pulse each; baseline, "
             "slope and rms, pole-zero, energy trapezoid 6 + 2 us (maximum sought over the pulse, and "
             "at fixed time), t0, time points, A/E, pile-up, overflow; reference: a plain read of "
             "the same bytes",
             records, trace_samples)}};
}

}  // namespace spillgate::bench
