#include "offline/plot/slot_times.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr double us_per_s = 1e6;

Span span_of_ticks(const proto::SpillRecord& record, std::int64_t begin, std::int64_t end) {
    const double us_per_tick = us_per_s / record.clock_of(record.t0.domain)->frequency_hz;
    return {static_cast<double>(begin) * us_per_tick, static_cast<double>(end) * us_per_tick};
}

}  // namespace

SampleTimes sample_times(const proto::SpillRecord& record, const proto::Trace& trace) {
    const auto* clock = record.clock_of(trace.first.domain);
    const double us_per_tick = us_per_s / clock->frequency_hz;
    const auto& t0 = trace.first.domain == record.t0.domain ? record.t0 : clock->t0;
    return {static_cast<double>(trace.first.ticks - t0.ticks) * us_per_tick,
            static_cast<double>(trace.ticks_per_sample) * us_per_tick};
}

Span span_of(const proto::SpillRecord& record, const proto::Trace& trace) {
    const auto times = sample_times(record, trace);
    return {times.first, times.of(trace.count)};
}

Span pretrace_of(const proto::SpillRecord& record, const proto::Window& window) {
    return span_of_ticks(record, window.pretrace_begin, window.pretrace_end);
}

Span roi_of(const proto::SpillRecord& record, const proto::Window& window) {
    return span_of_ticks(record, window.roi_begin, window.roi_end);
}

double beam_delay_ns(const config::Chain& chain) {
    if (chain.has_pmt()) return chain.pmt().beam_delay_ns();
    if (chain.has_lar()) return chain.lar().beam_delay_ns();
    if (chain.has_hpge()) return chain.hpge().beam_delay_ns();
    return 0;
}

}  // namespace spillgate::offline::plot
