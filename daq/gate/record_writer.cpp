#include "daq/gate/record_writer.hpp"

#include <algorithm>

#include "proto/wire.hpp"

namespace spillgate::daq {

std::shared_ptr<proto::SpillRecord> RecordWriter::write(const Slot& slot, const SlotFrame& frame,
                                                        TraceStore& traces,
                                                        std::span<const ChosenTrace> chosen,
                                                        std::vector<proto::Window>& windows,
                                                        NamedCounters& counters) {
    auto record = pool_.take();
    record->slot = slot.number;
    record->cycle_id = slot.cycle_id;
    record->t0 = slot.t0;
    record->clocks.assign(1, frame.own());
    for (const auto& clock : frame.others())
        if (clock.tied && record->clock_of(clock.clock.domain) == nullptr)
            record->clocks.push_back(clock.clock);
    record->counters.clear();
    record->samples.clear();
    std::size_t longest = 0;  // reserved at once: growing would touch new memory again and again
    for (const auto& one : chosen)
        longest += one.trace->count;
    record->samples.reserve(std::min(longest, proto::max_payload_bytes / sizeof(std::uint16_t)));
    count_ = 0;
    bool fits = true;
    for (const auto& one : chosen) {
        const auto& trace = *one.trace;
        const auto samples = traces.samples(traces.held()[one.held]);
        if (one.channel == nullptr || one.channel->policy != config::Channel::PULSES) {
            fits &= append(*record, trace, samples, {0, trace.count});
            continue;
        }
        const std::int64_t margin_ticks = frame.ticks_on(one.place.clock, one.channel->pulse_margin);
        const auto margin =
            static_cast<std::uint32_t>((margin_ticks + trace.ticks_per_sample - 1) / trace.ticks_per_sample);
        for (const auto range :
             pulses_.find(samples, trace.encoding, one.channel->pulse_threshold_adc, margin))
            fits &= append(*record, trace, samples, range);
    }
    record->traces.resize(count_);
    if (!fits) {
        counters.add("trace-over-limit");
        for (auto& window : windows)
            window.truncated = true;
    }
    for (std::uint32_t i = 0; i < count_; ++i) {
        const auto place = frame.place_of(record->traces[i]);  // of the part that is kept
        if (!place) continue;
        for (auto& window : windows)
            if (place->begin < frame.ticks_on(place->clock, window.end()) &&
                place->end > frame.ticks_on(place->clock, window.begin()))
                window.traces.push_back(i);
    }
    record->windows = windows;
    return record;
}

bool RecordWriter::append(proto::SpillRecord& record, const proto::Trace& trace,
                          std::span<const std::uint16_t> samples, SampleRange range) {
    const std::size_t length = range.end - range.begin;
    const std::size_t bytes = (record.samples.size() + length) * sizeof(std::uint16_t);
    if (count_ >= proto::max_traces || bytes > proto::max_payload_bytes) return false;
    if (count_ == record.traces.size()) record.traces.emplace_back();
    auto& kept = record.traces[count_++];
    kept = trace;
    kept.first =
        proto::advanced(trace.first, static_cast<std::int64_t>(range.begin) * trace.ticks_per_sample);
    kept.offset = record.samples.size();
    kept.count = static_cast<std::uint32_t>(length);
    if (length != trace.count) kept.flags |= proto::TRACE_REDUCED;
    const auto part = samples.subspan(range.begin, length);
    record.samples.insert(record.samples.end(), part.begin(), part.end());
    return true;
}

}  // namespace spillgate::daq
