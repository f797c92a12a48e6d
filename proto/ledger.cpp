#include "proto/ledger.hpp"

#include <string>

namespace spillgate::proto {

void Ledger::add(const Verdict& verdict) {
    auto& t = totals_;
    t.set_slots(t.slots() + 1);
    switch (verdict.disposition) {
        case wire::COMPLETE:
            t.set_complete(t.complete() + 1);
            break;
        case wire::TRUNCATED:
            t.set_truncated(t.truncated() + 1);
            break;
        case wire::PAUSED:
            t.set_paused(t.paused() + 1);
            break;
        case wire::MARK_MISSED:
            t.set_mark_missed(t.mark_missed() + 1);
            break;
        case wire::LOST_BUFFER_FULL:
            t.set_lost_buffer_full(t.lost_buffer_full() + 1);
            break;
        case wire::LOST_DEVICE:
            t.set_lost_device(t.lost_device() + 1);
            break;
        case wire::LOST_CORRUPT:
            t.set_lost_corrupt(t.lost_corrupt() + 1);
            break;
        case wire::LOST_DISK:
            t.set_lost_disk(t.lost_disk() + 1);
            break;
        default:
            break;  // INVALID: counted as a slot in no disposition, so that closes() says it
    }
    for (std::size_t i = 0; i < quality_.size(); ++i)
        if ((verdict.quality >> i & 1u) != 0) ++quality_[i];
    if (verdict.frequency_hz > 0) t.set_frequency_hz(verdict.frequency_hz);

    if (verdict.is_spill()) {
        t.set_spills(t.spills() + 1);
        switch (verdict.charge_state) {
            case wire::CHARGE_MEASURED:
                t.set_charge_measured_pc(t.charge_measured_pc() + verdict.charge_pc);
                break;
            case wire::CHARGE_ESTIMATED:
                t.set_charge_estimated_pc(t.charge_estimated_pc() + verdict.charge_pc);
                break;
            case wire::CHARGE_UNCORRECTED:
                t.set_charge_uncorrected_slots(t.charge_uncorrected_slots() + 1);
                break;
            default:
                t.set_charge_missing_slots(t.charge_missing_slots() + 1);
                break;
        }
        if (verdict.disposition == wire::COMPLETE && verdict.charge_state == wire::CHARGE_MEASURED)
            t.set_charge_recorded_pc(t.charge_recorded_pc() + verdict.charge_pc);
    }
    if (verdict.disposition != wire::COMPLETE) return;
    for (const auto& window : verdict.windows) {
        if (window.truncated) continue;
        const auto live = window.roi_ticks - window.dead_ticks;
        if (window.kind == wire::IN_TIME) {
            t.set_in_time_roi_ticks(t.in_time_roi_ticks() + live);
            t.set_in_time_dead_ticks(t.in_time_dead_ticks() + window.dead_ticks);
        }
        if (window.kind == wire::ANTI_COINCIDENT) {
            t.set_anti_coincident_roi_ticks(t.anti_coincident_roi_ticks() + live);
            t.set_anti_coincident_dead_ticks(t.anti_coincident_dead_ticks() + window.dead_ticks);
        }
    }
}

void Ledger::merge(const Ledger& other) {
    auto& t = totals_;
    const auto& o = other.totals_;
    t.set_slots(t.slots() + o.slots());
    t.set_complete(t.complete() + o.complete());
    t.set_truncated(t.truncated() + o.truncated());
    t.set_paused(t.paused() + o.paused());
    t.set_mark_missed(t.mark_missed() + o.mark_missed());
    t.set_lost_buffer_full(t.lost_buffer_full() + o.lost_buffer_full());
    t.set_lost_device(t.lost_device() + o.lost_device());
    t.set_lost_corrupt(t.lost_corrupt() + o.lost_corrupt());
    t.set_lost_disk(t.lost_disk() + o.lost_disk());
    t.set_charge_measured_pc(t.charge_measured_pc() + o.charge_measured_pc());
    t.set_charge_estimated_pc(t.charge_estimated_pc() + o.charge_estimated_pc());
    t.set_charge_missing_slots(t.charge_missing_slots() + o.charge_missing_slots());
    t.set_charge_uncorrected_slots(t.charge_uncorrected_slots() + o.charge_uncorrected_slots());
    t.set_charge_recorded_pc(t.charge_recorded_pc() + o.charge_recorded_pc());
    t.set_in_time_roi_ticks(t.in_time_roi_ticks() + o.in_time_roi_ticks());
    t.set_anti_coincident_roi_ticks(t.anti_coincident_roi_ticks() + o.anti_coincident_roi_ticks());
    t.set_in_time_dead_ticks(t.in_time_dead_ticks() + o.in_time_dead_ticks());
    t.set_anti_coincident_dead_ticks(t.anti_coincident_dead_ticks() + o.anti_coincident_dead_ticks());
    t.set_spills(t.spills() + o.spills());
    if (o.frequency_hz() > 0) t.set_frequency_hz(o.frequency_hz());
    for (std::size_t i = 0; i < quality_.size(); ++i)
        quality_[i] += other.quality_[i];
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto fault = static_cast<Fault>(i);
        faults_.add(fault, other.faults_.of(fault));
    }
}

bool Ledger::closes() const {
    const auto& t = totals_;
    return t.slots() == t.complete() + t.truncated() + t.paused() + t.mark_missed() + t.lost_buffer_full() +
                            t.lost_device() + t.lost_corrupt() + t.lost_disk();
}

wire::LedgerTotals Ledger::totals() const {
    auto totals = totals_;
    for (std::size_t i = 0; i < quality_.size(); ++i) {
        if (quality_[i] == 0) continue;
        auto* count = totals.add_quality();
        count->set_name(std::string(slot_quality_names[i]));
        count->set_value(quality_[i]);
    }
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto fault = static_cast<Fault>(i);
        if (faults_.of(fault) == 0) continue;
        auto* count = totals.add_faults();
        count->set_name(std::string(name_of(fault)));
        count->set_value(faults_.of(fault));
    }
    return totals;
}

}  // namespace spillgate::proto
