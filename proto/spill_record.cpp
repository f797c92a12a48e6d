#include "proto/spill_record.hpp"

#include <cmath>

namespace spillgate::proto {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
    return a / b + ((a % b != 0 && a > 0) ? 1 : 0);
}

}  // namespace

const DomainClock* SpillRecord::clock_of(std::uint32_t domain) const {
    for (const auto& clock : clocks)
        if (clock.domain == domain) return &clock;
    return nullptr;
}

void SpillRecord::clear() {
    run = 0;
    slot = 0;
    sequence = 0;
    daemon.clear();
    cycle_id.reset();
    quality = 0;
    t0 = {};
    clocks.clear();
    utc_ns = 0;
    utc_state = 0;
    window_age_ns = 0;
    traces.clear();
    windows.clear();
    counters.clear();
    samples.clear();
}

std::int64_t ticks_by(const DomainClock& there, const DomainClock& here, std::int64_t ticks_here) {
    return std::llround(static_cast<double>(ticks_here) * (there.frequency_hz / here.frequency_hz));
}

std::int64_t sample_position(const SpillRecord& record, const Trace& trace, std::int64_t ticks_after_t0) {
    if (trace.first.domain == record.t0.domain)
        return ceil_div(record.t0.ticks + ticks_after_t0 - trace.first.ticks, trace.ticks_per_sample);
    const auto* here = record.clock_of(record.t0.domain);
    const auto* there = record.clock_of(trace.first.domain);
    return ceil_div(there->t0.ticks + ticks_by(*there, *here, ticks_after_t0) - trace.first.ticks,
                    trace.ticks_per_sample);
}

double sample_period_ns(const SpillRecord& record, const Trace& trace) {
    return static_cast<double>(trace.ticks_per_sample) *
           (1e9 / record.clock_of(trace.first.domain)->frequency_hz);
}

}  // namespace spillgate::proto
