#include "tests/bench/in_memory_digitizer.hpp"

#include <random>

#include "tests/bench/waveforms.hpp"

namespace spillgate::bench {

namespace {

constexpr std::size_t pool_slots = 32;  // 36 MB at 16 channels: more than the caches hold

}  // namespace

InMemoryDigitizer::InMemoryDigitizer(const Shape& shape) : shape_(shape) {
    std::mt19937_64 random(1);
    for (std::size_t slot = 0; slot < pool_slots; ++slot) {
        auto& samples = pool_.emplace_back(std::size_t{shape.channels} * shape.trace_samples);
        for (std::size_t channel = 0; channel < shape.channels; ++channel)
            fill_waveform(std::span(samples).subspan(channel * shape.trace_samples, shape.trace_samples),
                          digitizer_14_bit, shape.mark_position + 500, channel + 1 < shape.channels ? 12 : 0,
                          random);
    }
}

hw::SourceInfo InMemoryDigitizer::info() const {
    return {.board = 0,
            .name = "in-memory digitizer",
            .kind = "bench",
            .simulated = true,
            .clock_domain = 0,
            .frequency_hz = shape_.frequency_hz};
}

std::uint64_t InMemoryDigitizer::sample_bytes() const {
    return shape_.slots * shape_.channels * shape_.trace_samples * sizeof(std::uint16_t);
}

void InMemoryDigitizer::fill(hw::Batch& batch, std::uint64_t slot) const {
    const auto period = static_cast<std::int64_t>(shape_.frequency_hz / shape_.repetition_hz);
    const proto::ClockTime mark{.ticks = (static_cast<std::int64_t>(slot) + 1) * period};
    const auto first = proto::advanced(mark, -shape_.mark_position);
    const auto& samples = pool_[slot % pool_.size()];
    batch.samples.assign(samples.begin(), samples.end());
    for (std::uint32_t channel = 0; channel < shape_.channels; ++channel) {
        hw::DeviceTrace trace;
        trace.channel = channel;
        trace.first = first;
        trace.encoding = {.bits = 14};
        trace.offset = std::uint64_t{channel} * shape_.trace_samples;
        trace.count = shape_.trace_samples;
        batch.traces.push_back(std::move(trace));
    }
    batch.marks.push_back({.time = mark, .cycle_id = slot});
    batch.charges.push_back({.time = mark, .cycle_id = slot, .charge_pc = 23'300'000, .flavour = 1});
    // Up to just before the next slot's first sample.
    batch.watermark = proto::advanced(first, period);
}

proto::Status InMemoryDigitizer::run(hw::Sink& sink, std::stop_token stop) {
    for (std::uint64_t slot = 0; slot < shape_.slots && !stop.stop_requested(); ++slot) {
        auto batch = sink.empty();
        fill(batch, slot);
        batch.last = slot + 1 == shape_.slots;
        if (!sink.wait_and_put(std::move(batch))) break;
    }
    return {};
}

}  // namespace spillgate::bench
