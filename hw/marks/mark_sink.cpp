#include "hw/marks/mark_sink.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace spillgate::hw::marks {

namespace {

std::int64_t fixed_ticks(double ns, double frequency_hz) {
    return std::llround(ns * frequency_hz * 1e-9 * 65536);
}

// The reading `fixed` / 65536 ticks later; `fixed` may be negative.
proto::ClockTime later(proto::ClockTime time, std::int64_t fixed) {
    const std::int64_t sum = fixed + time.fraction;
    time.ticks += sum >> 16;
    time.fraction = static_cast<std::uint16_t>(sum & 0xffff);
    return time;
}

bool starts_before(const Mark& a, const Mark& b) {
    return before(a.time, b.time);
}

}  // namespace

MarkSink::MarkSink(std::vector<Input> inputs, double frequency_hz, Sink& outer)
    : frequency_hz_(frequency_hz), outer_(outer) {
    std::int64_t longest = 0;
    for (auto& input : inputs) {
        Scaled scaled;
        scaled.pretrigger = fixed_ticks(input.pretrigger_ns, frequency_hz);
        scaled.delay = fixed_ticks(input.delay_ns, frequency_hz);
        // A trigger's mark lies its pretrigger after the trace's first sample, a pulse's may lie on it.
        longest = std::max(longest, scaled.delay - (input.is_pulse ? 0 : scaled.pretrigger));
        scaled.input = std::move(input);
        inputs_.push_back(std::move(scaled));
    }
    hold_back_ = (longest + 65535) >> 16;
}

bool MarkSink::wait_and_put(Batch&& batch) {
    return put(std::move(batch), true);
}

bool MarkSink::put_or_drop(Batch&& batch) {
    return put(std::move(batch), false);
}

bool MarkSink::put(Batch&& batch, bool wait) {
    waits_ = wait;
    board_ = batch.board;
    if (watermark_ && watermark_->epoch != batch.watermark.epoch) {
        flush();
        watermark_.reset();
    }
    for (const auto& mark : batch.marks)
        hold(mark);
    batch.marks.clear();
    for (const auto& trace : batch.traces)
        if (trace.first.comparable(batch.watermark)) find(trace, batch);
    release(batch);
    flag_strobes(batch);
    tell_refusals(batch);
    return wait ? outer_.wait_and_put(std::move(batch)) : outer_.put_or_drop(std::move(batch));
}

void MarkSink::flush() {
    if (held_.empty() || !watermark_) return;
    Batch rest = outer_.empty();
    rest.board = board_;
    rest.watermark = *watermark_;
    rest.marks.swap(held_);
    if (waits_)
        outer_.wait_and_put(std::move(rest));
    else
        outer_.put_or_drop(std::move(rest));
}

void MarkSink::hold(const Mark& mark) {
    const auto place = std::ranges::upper_bound(held_, mark, starts_before);
    held_.insert(place, mark);
}

void MarkSink::find(const DeviceTrace& trace, const Batch& batch) {
    if (trace.stream != wire::RAW) return;
    for (auto& scaled : inputs_) {
        if (scaled.input.channel != trace.channel) continue;
        if (scaled.input.is_pulse) {
            find_pulses(scaled, trace, batch);
            continue;
        }
        Mark mark;
        mark.kind = scaled.input.kind;
        mark.time = later(trace.first, scaled.pretrigger - scaled.delay);
        mark.uncertainty_ns = trace.ticks_per_sample * 1e9 / frequency_hz_ / std::sqrt(12.0);
        hold(mark);
    }
}

void MarkSink::find_pulses(Scaled& scaled, const DeviceTrace& trace, const Batch& batch) {
    if (trace.count > batch.samples.size() || trace.offset > batch.samples.size() - trace.count) return;
    const double sample_ns = trace.ticks_per_sample * 1e9 / frequency_hz_;
    if (scaled.ticks_per_sample != trace.ticks_per_sample) {
        const auto& pulse = scaled.input.pulse;
        scaled.ticks_per_sample = trace.ticks_per_sample;
        scaled.edges = {pulse.height_min_adc(), pulse.height_max_adc(), pulse.width_min_ns() / sample_ns,
                        pulse.width_max_ns() / sample_ns, pulse.negative()};
    }
    edges_.clear();
    find_edges(std::span(batch.samples).subspan(trace.offset, trace.count), trace.encoding, scaled.edges,
               edges_, refusals_);
    for (const auto& edge : edges_) {
        Mark mark;
        mark.kind = scaled.input.kind;
        mark.time = later(trace.first, edge.position * trace.ticks_per_sample - scaled.delay);
        mark.uncertainty_ns = edge.uncertainty_samples * sample_ns;
        hold(mark);
    }
}

void MarkSink::release(Batch& batch) {
    auto watermark = proto::advanced(batch.watermark, -hold_back_);
    auto passed = std::ranges::lower_bound(held_, watermark, proto::before, &Mark::time);
    if (batch.last) {
        passed = held_.end();
        if (!held_.empty() && !before(held_.back().time, watermark))
            watermark = proto::advanced(held_.back().time, 1);
    }
    batch.marks.assign(held_.begin(), passed);
    held_.erase(held_.begin(), passed);
    batch.watermark = watermark;
    watermark_ = watermark;
}

void MarkSink::flag_strobes(Batch& batch) const {
    const auto holds_strobe = [&](const DeviceTrace& trace, const Mark& mark) {
        if (mark.kind != Mark::Kind::STROBE || !mark.time.comparable(trace.first)) return false;
        const double after = proto::ticks_between(mark.time, trace.first);
        return after >= 0 && after < static_cast<double>(trace.count) * trace.ticks_per_sample;
    };
    for (auto& trace : batch.traces) {
        const auto in = [&](const Mark& mark) { return holds_strobe(trace, mark); };
        if (std::ranges::any_of(batch.marks, in) || std::ranges::any_of(held_, in))
            trace.flags |= proto::TRACE_STROBE;
    }
}

void MarkSink::tell_refusals(Batch& batch) {
    for (std::size_t why = 0; why < refusals_.counts.size(); ++why) {
        if (refusals_.counts[why] == 0) continue;
        DeviceEvent event;
        event.kind = DeviceEvent::Kind::COUNTED;
        event.time = event.until = batch.watermark;
        event.name = edge_refusal_names[why];
        event.count = std::exchange(refusals_.counts[why], 0);
        batch.device_events.push_back(std::move(event));
    }
}

}  // namespace spillgate::hw::marks
