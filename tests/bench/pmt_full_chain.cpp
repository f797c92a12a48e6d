// The PMT chain of docs/reconstruction.md on 35 000-sample records with 12 PE in the C roi.
#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/kernels/word_kernels.hpp"
#include "proto/config_loader.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/waveforms.hpp"

namespace spillgate::bench {

namespace {

constexpr std::uint32_t record_samples = 35000;
constexpr std::int64_t roi_begin = 27475;  // data set 1 of the 2017 analysis
constexpr int photoelectrons = 12;
constexpr int records = 1024;  // 72 MB: more than the caches hold

proto::SpillRecord make_record(std::mt19937_64& random) {
    proto::SpillRecord record;
    record.t0 = {.domain = 0, .epoch = 0, .ticks = roi_begin};
    record.clocks = {{.domain = 0, .frequency_hz = 500e6, .t0 = record.t0}};
    record.samples.resize(std::size_t{2} * record_samples);
    for (std::uint32_t channel = 0; channel < 2; ++channel) {
        proto::Trace trace;
        trace.channel = channel;
        trace.encoding = {.bits = 8, .is_signed = true};
        trace.offset = std::uint64_t{channel} * record_samples;
        trace.count = record_samples;
        record.traces.push_back(trace);
    }
    fill_waveform(std::span(record.samples).first(record_samples), {}, roi_begin + 500, photoelectrons,
                  random);
    std::fill(record.samples.begin() + record_samples, record.samples.end(), std::uint16_t{0});
    const auto window = [](proto::WindowKind kind, std::int64_t pretrace, std::int64_t roi,
                           std::int64_t end) {
        proto::Window w;
        w.kind = kind;
        w.pretrace_begin = pretrace - roi_begin;
        w.pretrace_end = w.roi_begin = roi - roi_begin;
        w.roi_end = end - roi_begin;
        w.traces = {0, 1};
        return w;
    };
    record.windows = {window(wire::ANTI_COINCIDENT, 250, 19950, 27475),
                      window(wire::IN_TIME, 7775, roi_begin, 35000)};
    return record;
}

}  // namespace

proto::Result<std::vector<Row>> pmt_full_chain(const Options& options) {
    const auto loaded = proto::load_config((options.source_root / "config/csi-sns.txtpb").string());
    if (!loaded) return loaded.error();
    auto config = loaded->config;
    // The veto channel is not counted, so it is not read.
    config.mutable_channel(0)->clear_veto();
    const auto chain = offline::make_chain(config.chain(0), config);
    if (!chain) return chain.error();

    std::mt19937_64 random(1);
    std::vector<proto::SpillRecord> input;
    std::vector<std::byte> bytes;
    for (int i = 0; i < records; ++i) {
        input.push_back(make_record(random));
        const auto samples = std::as_bytes(input.back().samples_of(input.back().traces[0]));
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
            worker->reconstruct({record, 0, {&detector_trace, 1}, {}, {}}, candidates);
            for (const auto& candidate : candidates)
                found += candidate.found && candidate.kind == wire::IN_TIME;
        }
        benchmark::DoNotOptimize(found);
    });
    if (found < records * 9 / 10)
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("the chain found only {} of {} candidates: this is not its speed", found, records));

    const double samples_per_second = static_cast<double>(records) * record_samples / seconds;
    const double read_per_second = memory_read_speed(bytes) / sizeof(std::uint16_t);
    return std::vector<Row>{
        {"pmt_full_chain", samples_per_second / 1e9, "GS/s", read_per_second / 1e9,
         fmt::format("one core, {}, {} records of {} samples with {} PE, AC and C window each; "
                     "reference: a plain read of the same bytes",
                     offline::kernels::dispatched_target(), records, record_samples, photoelectrons)}};
}

}  // namespace spillgate::bench
