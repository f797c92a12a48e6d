#include "hw/replay/slot_stretches.hpp"

#include <algorithm>
#include <cmath>

#include "hw/replay/stretch_order.hpp"

namespace spillgate::hw::replay {

namespace {

std::optional<std::uint64_t> cycle_of(const RecordedSlot& slot) {
    if (slot.record && slot.record->cycle_id) return slot.record->cycle_id;
    return slot.verdict ? slot.verdict->cycle_id : std::nullopt;
}

bool is_free(const RecordedSlot& slot) {
    const auto free = [](const auto& window) { return window.kind == wire::FREE; };
    if (slot.record && std::any_of(slot.record->windows.begin(), slot.record->windows.end(), free))
        return true;
    return slot.verdict && std::any_of(slot.verdict->windows.begin(), slot.verdict->windows.end(), free);
}

// A run that was cut has no verdict for its last slots: there, only unknown windows tell of a missing mark.
bool mark_came(const RecordedSlot& slot) {
    if (slot.verdict) return slot.verdict->disposition != wire::MARK_MISSED;
    const auto& windows = slot.record->windows;
    return windows.empty() || std::any_of(windows.begin(), windows.end(), [](const proto::Window& window) {
               return window.kind != wire::UNKNOWN;
           });
}

}  // namespace

DeviceTrace Origin::trace(const proto::Trace& recorded) const {
    DeviceTrace trace = recorded;
    trace.board = board;
    trace.first = time(recorded.first);
    return trace;
}

proto::ClockTime Origin::time(const proto::ClockTime& recorded) const {
    proto::ClockTime time = recorded;
    time.domain = clock_domain;
    return time;
}

std::optional<proto::ClockTime> Origin::t0(const RecordedSlot& slot) const {
    if (slot.record) {
        if (const auto* clock = slot.record->clock_of(recorded_domain)) return clock->t0;
    }
    if (slot.verdict && slot.verdict->t0.domain == recorded_domain) return slot.verdict->t0;
    return std::nullopt;
}

proto::ClockTime SlotStretches::shifted(const proto::ClockTime& recorded) const {
    proto::ClockTime time = origin_.time(recorded);
    time.ticks += tick_shift_;
    time.epoch += epoch_shift_;
    return time;
}

bool SlotStretches::is_new(const proto::Trace& trace) {
    const auto seen = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& s) {
        return s.channel == trace.channel && s.stream == trace.stream;
    });
    if (seen == seen_.end()) {
        seen_.push_back({trace.channel, trace.stream, trace.first});
        return true;
    }
    const bool later = trace.first.epoch != seen->last.epoch ? trace.first.epoch > seen->last.epoch
                                                             : before(seen->last, trace.first);
    if (later) seen->last = trace.first;
    return later;
}

void SlotStretches::note(const RecordedSlot& slot, const proto::ClockTime& t0) {
    const auto cycle = cycle_of(slot);
    if (!extent_.any) {
        extent_ = {true, slot.slot, slot.slot, t0, t0, cycle, cycle};
        return;
    }
    extent_.last_slot = slot.slot;
    extent_.last_t0 = t0;
    if (cycle) extent_.last_cycle = cycle;
    if (!extent_.first_cycle) extent_.first_cycle = cycle;
}

void SlotStretches::add_strobe(const proto::SpillRecord& record, const proto::ClockTime& t0,
                               Batch& batch) const {
    if (!origin_.strobe_lead_ticks) return;
    for (const proto::Window& window : record.windows) {
        if (!window.strobe) continue;
        // Window bounds are in ticks of the record's reference clock, which is this board's or as fast.
        Mark strobe;
        strobe.kind = Mark::Kind::STROBE;
        strobe.time = proto::advanced(t0, window.roi_begin - *origin_.strobe_lead_ticks);
        strobe.time.fraction = 0;
        batch.marks.push_back(strobe);
        return;
    }
}

void SlotStretches::add_charge(const RecordedSlot& slot, const proto::ClockTime& time, Batch& batch) const {
    const std::optional<proto::Verdict>& of = charge_offset_ < 0 ? before_ : slot.verdict;
    const std::uint64_t of_slot = charge_offset_ < 0 ? slot.slot - 1 : slot.slot;
    if (!of || of->slot != of_slot || of->charge_state != wire::CHARGE_MEASURED) return;
    Charge charge;
    charge.time = time;
    if (const auto cycle = cycle_of(slot)) charge.cycle_id = *cycle + cycle_shift_;
    charge.charge_pc = of->charge_pc;
    charge.flavour = of->flavour;
    charge.facility_veto = of->facility_veto;
    batch.charges.push_back(charge);
}

bool SlotStretches::fill(const RecordedSlot& slot, Batch& batch) {
    batch.board = origin_.board;
    const auto t0 = origin_.t0(slot);
    if (t0) note(slot, *t0);
    if (t0 && !is_free(slot)) {
        const proto::ClockTime time = shifted(*t0);
        if (mark_came(slot)) {
            Mark mark;
            mark.time = time;
            if (slot.record)
                if (const auto* clock = slot.record->clock_of(origin_.recorded_domain))
                    mark.uncertainty_ns = clock->t0_uncertainty_ns;
            if (const auto cycle = cycle_of(slot)) mark.cycle_id = *cycle + cycle_shift_;
            batch.marks.push_back(mark);
        }
        add_charge(slot, time, batch);
        if (slot.record) add_strobe(*slot.record, time, batch);
    }
    before_ = slot.verdict;
    if (slot.record) {
        for (const proto::Trace& recorded : slot.record->traces) {
            if (!origin_.has(recorded) || !is_new(recorded)) continue;
            append(batch, origin_.trace(recorded), slot.record->samples_of(recorded));
            batch.traces.back().first = shifted(recorded.first);
        }
    }
    const auto begin = earliest(batch);
    if (!begin) return false;
    if (epoch_ && begin->epoch > *epoch_) {
        DeviceEvent event;
        event.kind = DeviceEvent::Kind::READOPTED;
        event.time = *begin;
        event.name = "epoch";
        batch.device_events.push_back(std::move(event));
    }
    epoch_ = begin->epoch;
    return true;
}

void SlotStretches::begin_again() {
    const Extent& e = extent_;
    if (!e.any) return;
    double period = period_ticks_;
    if (e.last_slot > e.first_slot && e.first_t0.epoch == e.last_t0.epoch)
        period = ticks_between(e.last_t0, e.first_t0) / static_cast<double>(e.last_slot - e.first_slot);
    tick_shift_ += std::llround(ticks_between(e.last_t0, e.first_t0) + period);
    epoch_shift_ += e.last_t0.epoch - e.first_t0.epoch;
    if (e.first_cycle) cycle_shift_ += *e.last_cycle - *e.first_cycle + 1;
    extent_ = {};
    seen_.clear();
    // With offset −1 the last slot's charge comes with the first mark of the next pass, if slot numbers
    // allow.
    before_.reset();
}

}  // namespace spillgate::hw::replay
