#include "daq/verdict_book.hpp"

#include <algorithm>
#include <cmath>

#include "daq/clocks/clock_order.hpp"
#include "proto/wire.hpp"

namespace spillgate::daq {

using proto::bit;
using proto::ClockTime;
using proto::Fault;
using proto::FaultCounts;
using proto::SlotQuality;

VerdictSettings VerdictSettings::from(const config::Config& config, double frequency_hz) {
    const auto& facility = config.facility();
    VerdictSettings settings;
    settings.frequency_hz = frequency_hz;
    settings.period_ticks = frequency_hz / facility.repetition_hz();
    settings.tolerance_ticks = facility.mark_tolerance_ns() * frequency_hz * 1e-9;
    settings.deadline_ticks = facility.charge_deadline_s() * frequency_hz;
    settings.charge_offset = facility.charge_offset();
    settings.our_flavours.assign(facility.our_flavour().begin(), facility.our_flavour().end());
    settings.capacity = config.buffers().unjudged_slots();
    settings.expects_charge = config.gate().mode() != config::Gate::FREE_RUNNING;
    return settings;
}

VerdictBook::VerdictBook(VerdictSettings settings)
    : settings_(std::move(settings)), entries_(settings_.capacity) {
    for (auto& entry : entries_)
        entry.windows.reserve(4);  // more than any gate mode has
}

void VerdictBook::begin(bool beam_off) {
    beam_off_ = beam_off;
    first_ = 0;
    count_ = 0;
    high_water_ = 0;
    charges_.clear();
    last_charge_.reset();
    first_t0_.reset();
    beam_on_.clear();
    beam_on_in_use_ = false;
}

void VerdictBook::open(const Slot& slot) {
    if (!first_t0_) first_t0_ = slot.t0;
    ++count_;
    auto& entry = at(count_ - 1);
    entry.slot = slot;
    entry.closed = false;
    entry.charge_came = false;
    entry.disposition = wire::INVALID;
    entry.quality = slot.quality;
    entry.charge_state = wire::CHARGE_MISSING;
    entry.charge_pc = 0;
    entry.flavour = 0;
    entry.facility_veto = false;
    entry.record_sequence.reset();
    entry.windows.clear();
    high_water_ = std::max(high_water_, count_);
}

VerdictBook::Entry* VerdictBook::find(std::uint64_t slot) {
    if (count_ == 0 || slot < at(0).slot.number || slot - at(0).slot.number >= count_) return nullptr;
    return &at(slot - at(0).slot.number);
}

void VerdictBook::add_quality(std::uint64_t slot, std::uint32_t bits) {
    if (auto* entry = find(slot)) entry->quality |= bits;
}

void VerdictBook::beam_on(const ClockTime& time) {
    beam_on_in_use_ = true;
    beam_on_.push_back(time);
}

void VerdictBook::close(std::uint64_t slot, proto::Disposition disposition, std::uint32_t quality,
                        std::span<const proto::WindowFact> windows,
                        std::optional<std::uint64_t> record_sequence, const ClockTime& now) {
    auto* entry = find(slot);
    if (entry == nullptr) return;
    entry->closed = true;
    entry->closed_at = now;
    entry->disposition = disposition;
    entry->quality |= quality;
    entry->windows.assign(windows.begin(), windows.end());
    entry->record_sequence = record_sequence;
}

void VerdictBook::drop_from(std::uint64_t slot) {
    while (count_ > 0 && at(count_ - 1).slot.number >= slot)
        --count_;
}

// ---- charge --------------------------------------------------------------------------------------------

void VerdictBook::charge(const hw::Charge& charge, FaultCounts& faults) {
    charges_.push_back(charge);
    if (charge.for_no_mark) return;  // its time and id are of nothing
    if (last_charge_) {
        const bool time_back =
            charge.time.comparable(last_charge_->time) && proto::before(charge.time, last_charge_->time);
        const bool cycle_back =
            charge.cycle_id && last_charge_->cycle_id && *charge.cycle_id < *last_charge_->cycle_id;
        if (time_back || cycle_back) faults.add(Fault::CHARGE_OUT_OF_ORDER);
    }
    last_charge_ = charge;
}

ClockTime VerdictBook::matchable_at(const hw::Charge& charge) const {
    return shifted(charge.time, settings_.period_ticks / 2 + settings_.tolerance_ticks);
}

std::optional<std::size_t> VerdictBook::nearest(const ClockTime& time) const {
    std::optional<std::size_t> best;
    double best_distance = settings_.period_ticks / 2;
    for (std::size_t i = 0; i < count_; ++i) {
        if (!at(i).slot.t0.comparable(time)) continue;
        const double distance = std::abs(proto::ticks_between(at(i).slot.t0, time));
        if (distance > best_distance || (best && distance == best_distance)) continue;
        best = i;
        best_distance = distance;
    }
    return best;
}

std::optional<std::size_t> VerdictBook::mark_of(const hw::Charge& charge, NamedCounters& counters) const {
    if (!charge.cycle_id) return nearest(charge.time);
    bool any_cycle = false;
    for (std::size_t i = 0; i < count_; ++i) {
        const auto& slot = at(i).slot;
        any_cycle |= slot.cycle_id.has_value();
        if (slot.cycle_id != charge.cycle_id) continue;
        if (slot.t0.comparable(charge.time) &&
            std::abs(proto::ticks_between(slot.t0, charge.time)) > settings_.period_ticks / 2)
            counters.add("charge-cycle-disagrees-with-time");
        return i;
    }
    return any_cycle ? std::nullopt : nearest(charge.time);
}

bool VerdictBook::is_before_entries(const hw::Charge& charge) const {
    if (count_ == 0) return true;
    const auto& oldest = at(0).slot;
    if (charge.cycle_id && oldest.cycle_id) return *charge.cycle_id < *oldest.cycle_id;
    return earlier(charge.time, shifted(oldest.t0, -settings_.period_ticks / 2));
}

bool VerdictBook::is_before_run(const hw::Charge& charge) const {
    return !first_t0_ || earlier(charge.time, shifted(*first_t0_, -settings_.period_ticks / 2));
}

void VerdictBook::match(const hw::Charge& charge, FaultCounts& faults, NamedCounters& counters) {
    if (charge.for_no_mark) {
        if (!is_before_run(charge)) faults.add(Fault::CHARGE_FOR_NO_MARK);
        return;
    }
    if (const auto mark = mark_of(charge, counters)) return assign(*mark, charge, faults, counters);
    if (is_before_run(charge)) return;
    if (is_before_entries(charge)) return counters.add("charge-late");
    faults.add(Fault::CHARGE_FOR_NO_MARK);
}

void VerdictBook::assign(std::size_t mark, const hw::Charge& charge, FaultCounts& faults,
                         NamedCounters& counters) {
    const Entry& with = at(mark);
    if (!with.slot.marked) faults.add(Fault::CHARGE_FOR_NO_MARK);
    std::size_t target = mark;
    bool in_range = true;
    if (settings_.charge_offset == -1) {
        if (with.slot.number == 0) return;  // of the pulse before the run
        if (mark == 0) return counters.add("charge-late");
        target = mark - 1;
        const Slot& before = at(target).slot;
        in_range = with.slot.marked && before.marked && with.slot.t0.comparable(before.t0) &&
                   std::abs(proto::ticks_between(with.slot.t0, before.t0) - with.slot.period_ticks) <
                       2 * settings_.tolerance_ticks;
    }
    Entry& entry = at(target);
    // A verdict with it could not be read back.
    if (charge.charge_pc > proto::max_charge_pc || charge.charge_pc < -proto::max_charge_pc)
        return counters.add("charge-impossible");
    if (entry.charge_came) return counters.add("charge-duplicate");
    entry.charge_came = true;
    entry.charge_state = in_range && !charge.uncorrected ? wire::CHARGE_MEASURED : wire::CHARGE_UNCORRECTED;
    entry.charge_pc = charge.charge_pc;
    entry.flavour = charge.flavour;
    entry.facility_veto = charge.facility_veto;
}

bool VerdictBook::is_ours(std::uint32_t flavour) const {
    if (settings_.our_flavours.empty()) return flavour != 0;
    return std::ranges::find(settings_.our_flavours, flavour) != settings_.our_flavours.end();
}

bool VerdictBook::had_beam_on(const Entry& entry) const {
    return std::ranges::any_of(beam_on_, [&](const ClockTime& time) {
        return time.comparable(entry.slot.t0) &&
               std::abs(proto::ticks_between(time, entry.slot.t0)) < settings_.period_ticks / 2;
    });
}

void VerdictBook::judge_charge(Entry& entry, FaultCounts& faults) const {
    const auto set = [&](SlotQuality q) { entry.quality |= bit(q); };
    if (!settings_.expects_charge) {
        set(SlotQuality::CHARGE_MISSING);
        set(SlotQuality::NO_BEAM);
        return;
    }
    if (entry.charge_state == wire::CHARGE_MISSING) {
        set(SlotQuality::CHARGE_MISSING);
        faults.add(Fault::CHARGE_MISSING);
        // Without a report the beam-on signal is all that tells protons from an idle cycle.
        if (beam_off_ || (beam_on_in_use_ && !had_beam_on(entry))) set(SlotQuality::NO_BEAM);
        return;
    }
    if (entry.charge_state == wire::CHARGE_UNCORRECTED) {
        set(SlotQuality::CHARGE_UNCORRECTED);
        faults.add(Fault::CHARGE_UNCORRECTED);
        if (beam_off_) set(SlotQuality::NO_BEAM);
        return;
    }
    if (!is_ours(entry.flavour)) {
        if (entry.flavour == 0) {
            set(SlotQuality::NO_BEAM);
        } else {
            set(SlotQuality::OTHER_TARGET);
            faults.add(Fault::FLAVOUR_NOT_OURS);
        }
    }
    if (entry.charge_pc <= 0) set(SlotQuality::NO_BEAM);
    if (entry.facility_veto) {
        set(SlotQuality::VETOED);
        if (entry.charge_pc > 0) {
            set(SlotQuality::VETOED_WITH_CHARGE);
            faults.add(Fault::VETOED_WITH_CHARGE);
        }
    }
}

// ---- judging -------------------------------------------------------------------------------------------

// Half a period after its mark no stray can be nearest to this slot any more.
ClockTime VerdictBook::settled_at(const Entry& entry) const {
    return shifted(entry.slot.t0, settings_.period_ticks / 2 + 2 * settings_.tolerance_ticks);
}

std::optional<ClockTime> VerdictBook::judgeable_at() const {
    if (count_ == 0 || !at(0).closed) return std::nullopt;
    const Entry& entry = at(0);
    ClockTime when = entry.closed_at;
    const ClockTime settled = settled_at(entry);
    if (earlier(when, settled)) when = settled;
    if (entry.charge_came || !settings_.expects_charge) return when;
    const ClockTime deadline = shifted(entry.slot.t0, settings_.deadline_ticks);
    return earlier(when, deadline) ? deadline : when;
}

std::optional<ClockTime> VerdictBook::next_due() const {
    auto due = judgeable_at();
    for (const auto& charge : charges_) {
        const auto when = matchable_at(charge);
        if (!due || earlier(when, *due)) due = when;
    }
    return due;
}

bool VerdictBook::act(proto::Verdict& verdict, FaultCounts& faults, NamedCounters& counters) {
    const auto judgeable = judgeable_at();
    auto best = charges_.end();
    for (auto charge = charges_.begin(); charge != charges_.end(); ++charge)
        if (best == charges_.end() || earlier(matchable_at(*charge), matchable_at(*best))) best = charge;
    if (best != charges_.end() && !(judgeable && earlier(*judgeable, matchable_at(*best)))) {
        const hw::Charge charge = *best;
        charges_.erase(best);
        match(charge, faults, counters);
        return false;
    }
    return judgeable && judge_oldest(verdict, faults);
}

void VerdictBook::match_all(FaultCounts& faults, NamedCounters& counters) {
    std::ranges::stable_sort(charges_, [this](const hw::Charge& a, const hw::Charge& b) {
        return earlier(matchable_at(a), matchable_at(b));
    });
    for (const auto& charge : charges_)
        match(charge, faults, counters);
    charges_.clear();
}

bool VerdictBook::judge_oldest(proto::Verdict& verdict, FaultCounts& faults) {
    if (count_ == 0) return false;
    Entry& entry = at(0);
    judge_charge(entry, faults);
    verdict.slot = entry.slot.number;
    verdict.cycle_id = entry.slot.cycle_id;
    verdict.disposition = entry.disposition;
    verdict.quality = entry.quality;
    verdict.charge_state = entry.charge_state;
    verdict.charge_pc = entry.charge_pc;
    verdict.flavour = entry.flavour;
    verdict.facility_veto = entry.facility_veto;
    verdict.has_record = entry.record_sequence.has_value();
    verdict.record_sequence = entry.record_sequence.value_or(0);
    verdict.t0 = entry.slot.t0;
    verdict.frequency_hz = settings_.frequency_hz;
    verdict.windows.assign(entry.windows.begin(), entry.windows.end());
    const ClockTime keep = shifted(entry.slot.t0, -settings_.period_ticks);
    std::erase_if(beam_on_, [&](const ClockTime& time) { return earlier(time, keep); });
    first_ = (first_ + 1) % entries_.size();
    --count_;
    return true;
}

}  // namespace spillgate::daq
