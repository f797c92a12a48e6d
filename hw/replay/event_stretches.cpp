#include "hw/replay/event_stretches.hpp"

#include <algorithm>
#include <cmath>

#include "hw/replay/stretch_order.hpp"

namespace spillgate::hw::replay {

void EventStretches::add(const RecordedSlot& slot, const Give& give) {
    if (!slot.record) return;
    sorted_.clear();
    for (const proto::Trace& trace : slot.record->traces)
        if (origin_.has(trace)) sorted_.push_back(&trace);
    std::stable_sort(sorted_.begin(), sorted_.end(), [](const proto::Trace* a, const proto::Trace* b) {
        return a->first.epoch != b->first.epoch ? a->first.epoch < b->first.epoch
                                                : before(a->first, b->first);
    });
    for (const proto::Trace* trace : sorted_) {
        if (!event_.traces.empty()) {
            const bool same_epoch = trace->first.epoch == begin_.epoch;
            const std::int64_t after = trace->first.ticks - begin_.ticks;
            if (!same_epoch || after > time_.gap_ticks) {
                finish(give);
            } else if (after < -time_.gap_ticks) {
                ++out_of_order_;
                continue;
            }
        }
        if (event_.traces.empty()) begin_ = trace->first;
        append(event_, origin_.trace(*trace), slot.record->samples_of(*trace));
    }
}

void EventStretches::finish(const Give& give) {
    if (event_.traces.empty()) return;
    const auto first =
        std::min_element(event_.traces.begin(), event_.traces.end(),
                         [](const DeviceTrace& a, const DeviceTrace& b) { return before(a.first, b.first); });
    ++marks_;
    Mark mark;
    mark.time = {origin_.clock_domain, 0, std::llround(static_cast<double>(marks_) * time_.period_ticks), 0};
    mark.cycle_id = marks_;
    const std::int64_t shift = mark.time.ticks + time_.lead_ticks - first->first.ticks;
    for (DeviceTrace& trace : event_.traces) {
        trace.first.ticks += shift;
        trace.first.epoch = 0;
    }
    event_.board = origin_.board;
    event_.marks.push_back(mark);
    give(std::move(event_));
    event_.clear();
}

}  // namespace spillgate::hw::replay
