#include "tests/bench/measure.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

namespace spillgate::bench {

namespace {

// Keeps the wall time per iteration of each repetition, and prints nothing.
class RepetitionTimes : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const auto& run : runs)
            if (run.run_type == Run::RT_Iteration)
                seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
    }
    std::vector<double> seconds;
};

constexpr int repetitions = 7;
constexpr double repetition_seconds = 0.5;

}  // namespace

double median_seconds(const std::function<void()>& call) {
    benchmark::ClearRegisteredBenchmarks();
    benchmark::RegisterBenchmark("call",
                                 [&call](benchmark::State& state) {
                                     for (auto _ : state)
                                         call();
                                 })
        ->Repetitions(repetitions)
        ->MinTime(repetition_seconds)
        ->UseRealTime();
    RepetitionTimes times;
    benchmark::RunSpecifiedBenchmarks(&times, "call");
    return median(times.seconds);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double memory_read_speed(std::span<const std::byte> bytes) {
    const std::size_t words = bytes.size() / sizeof(std::uint64_t);
    const double seconds = median_seconds([&] {
        // Eight sums, so that the additions do not wait for each other.
        std::uint64_t sums[8] = {};
        const std::byte* at = bytes.data();
        for (std::size_t i = 0; i + 8 <= words; i += 8, at += 64) {
            std::uint64_t block[8];
            std::memcpy(block, at, sizeof block);
            for (int k = 0; k < 8; ++k)
                sums[k] += block[k];
        }
        benchmark::DoNotOptimize(sums);
    });
    return static_cast<double>(words * sizeof(std::uint64_t)) / seconds;
}

}  // namespace spillgate::bench
