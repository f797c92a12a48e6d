// The run file's sample compression on 14-bit PMT records.
#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "proto/run_file/sample_codec.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/waveforms.hpp"

namespace spillgate::bench {

namespace {

constexpr std::size_t trace_samples = 35000;
constexpr std::size_t traces_per_block = 16;
constexpr std::size_t blocks = 64;  // 72 MB: more than the caches hold

}  // namespace

proto::Result<std::vector<Row>> compression(const Options&) {
    std::mt19937_64 random(1);
    std::vector<std::uint16_t> samples(blocks * traces_per_block * trace_samples);
    for (std::size_t trace = 0; trace < blocks * traces_per_block; ++trace)
        fill_waveform(std::span(samples).subspan(trace * trace_samples, trace_samples), digitizer_14_bit,
                      trace_samples / 2, 12, random);
    const auto bytes = std::as_bytes(std::span(samples));
    const std::size_t block_bytes = traces_per_block * trace_samples * sizeof(std::uint16_t);

    proto::SampleEncoder encoder;
    std::size_t stored = 0;
    const double seconds = median_seconds([&] {
        stored = 0;
        for (std::size_t block = 0; block < blocks; ++block)
            stored += encoder.encode(bytes.subspan(block * block_bytes, block_bytes)).size();
        benchmark::DoNotOptimize(stored);
    });
    if (stored == 0)
        return proto::error(proto::ErrorKind::REFUSED, "nothing was compressed: this is not its speed");

    return std::vector<Row>{
        {"compression", static_cast<double>(bytes.size()) / seconds / 1e6, "MB/s",
         memory_read_speed(bytes) / 1e6,
         fmt::format("one core, 14-bit 250 MS/s PMT traces with noise of 3 ADC, blocks of {} traces; made "
                     "{:.2f} times "
                     "smaller; reference: a plain read of the same bytes",
                     traces_per_block, static_cast<double>(bytes.size()) / static_cast<double>(stored))}};
}

}  // namespace spillgate::bench
