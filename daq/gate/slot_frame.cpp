#include "daq/gate/slot_frame.hpp"

#include <algorithm>

namespace spillgate::daq {

void SlotFrame::turn_to(const Slot& slot, double frequency_hz, const ClockLines& lines, std::int64_t begin) {
    own_ = {slot.t0.domain, frequency_hz, slot.t0, slot.uncertainty_ns};
    lines.clocks_of(slot, begin, others_);
}

SlotFrame::BoardClock SlotFrame::of(std::uint32_t board) const {
    const auto found = std::ranges::find(others_, board, &SlotClock::board);
    if (found == others_.end()) return {nullptr, &own_.t0, true};
    if (!found->tied) return {nullptr, &own_.t0, false};
    return {&found->clock, &found->clock.t0, true};
}

bool SlotFrame::is_suspect() const {
    return std::ranges::any_of(others_, [](const SlotClock& clock) { return !clock.tied || clock.suspect; });
}

std::optional<TracePlace> SlotFrame::place_of(const proto::Trace& trace) const {
    TracePlace place;
    const auto* t0 = &own_.t0;
    if (!trace.first.comparable(*t0)) {
        const auto board = of(trace.board);
        if (!board.tied || !trace.first.comparable(*board.t0)) return std::nullopt;
        place.clock = board.clock;
        t0 = board.t0;
    }
    place.begin = trace.first.ticks - t0->ticks;
    place.end = place.begin + static_cast<std::int64_t>(trace.count) * trace.ticks_per_sample;
    return place;
}

}  // namespace spillgate::daq
