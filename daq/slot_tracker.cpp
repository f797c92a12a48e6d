#include "daq/slot_tracker.hpp"

#include <algorithm>
#include <cmath>

#include "daq/clocks/clock_order.hpp"

namespace spillgate::daq {

using proto::bit;
using proto::ClockTime;
using proto::Fault;
using proto::SlotQuality;

namespace {

// Strays at whole periods from each other before the tracker believes that the facility has moved.
constexpr int strays_to_relock = 3;
// Periods between two of them, at most: pulses of noise far apart fall onto a common grid by chance.
constexpr double longest_stray_spacing = 4;
// On-time marks with the same contradiction before the tracker believes that the cycle counter has moved.
constexpr int contradictions_to_rebase = 3;
// A cycle id that claims a longer gap is not believed: an hour at 60 Hz.
constexpr std::int64_t longest_believed_gap = 216'000;

}  // namespace

TrackerSettings TrackerSettings::from(const config::Facility& facility, double frequency_hz) {
    TrackerSettings settings;
    settings.frequency_hz = frequency_hz;
    settings.period_ticks = frequency_hz / facility.repetition_hz();
    settings.tolerance_ticks = facility.mark_tolerance_ns() * frequency_hz * 1e-9;
    settings.averaging_ticks = facility.period_averaging_s() * frequency_hz;
    settings.drift = facility.period_drift_ns_per_s() * 1e-9;
    if (facility.has_holes()) {
        settings.hole_cycle = facility.holes().cycle();
        settings.hole_phases.assign(facility.holes().phase().begin(), facility.holes().phase().end());
    }
    return settings;
}

SlotTracker::SlotTracker(TrackerSettings settings)
    : settings_(std::move(settings)), period_(settings_.period_ticks) {}

void SlotTracker::begin(const StartRule& rule) {
    armed_ = true;
    rule_ = rule;
    origin_.reset();
    seen_before_start_ = false;
    estimated_ = false;
    cycle_offset_estimated_ = false;
    relocks_ = 0;
}

void SlotTracker::end() {
    armed_ = false;
    origin_.reset();
}

ClockTime SlotTracker::prediction(std::int64_t index) const {
    return shifted(*reference_, static_cast<double>(index - reference_index_) * period_);
}

double SlotTracker::wander(double elapsed) const {
    return settings_.tolerance_ticks + settings_.drift * std::abs(elapsed);
}

SlotTracker::Nearest SlotTracker::nearest(const ClockTime& time) const {
    Nearest where;
    where.elapsed = proto::ticks_between(time, *reference_);
    where.periods = std::llround(where.elapsed / period_);
    where.index = reference_index_ + where.periods;
    where.delta = where.elapsed - static_cast<double>(where.periods) * period_;
    where.estimated = where.periods > 0 && wander(where.elapsed) + std::abs(where.delta) >= period_ / 2;
    return where;
}

std::optional<ClockTime> SlotTracker::next_due() const {
    if (!reference_) return std::nullopt;
    return shifted(prediction(next_index_), settings_.tolerance_ticks);
}

std::optional<ClockTime> SlotTracker::earliest_next() const {
    if (!reference_) return std::nullopt;
    return shifted(prediction(next_index_), -settings_.tolerance_ticks);
}

std::uint64_t SlotTracker::next_slot() const {
    return origin_ ? static_cast<std::uint64_t>(next_index_ - *origin_) : 0;
}

double SlotTracker::period_rms_ticks() const {
    return std::sqrt(variance_);
}

double SlotTracker::mark_rate_hz() const {
    return periods_seen_ == 0 ? 0 : marked_fraction_ * settings_.frequency_hz / period_;
}

void SlotTracker::mark(const hw::Mark& mark, bool suspect, TrackerListener& listener) {
    if (reference_ && reference_->epoch != mark.time.epoch) leave_epoch(listener);
    if (!reference_) return first_mark_of_epoch(mark, suspect, listener);

    Nearest where = nearest(mark.time);
    const auto on_time = [&] {
        return std::abs(where.delta) < settings_.tolerance_ticks && where.index >= next_index_;
    };
    if (where.periods <= 0) {
        if (std::abs(where.delta) < settings_.tolerance_ticks)
            return tell(mark.time, MarkClass::DUPLICATE, where.index, listener);
        return stray(mark, where, listener);
    }
    if (where.estimated || on_time()) suspect |= check_cycle(mark, where, listener);
    if (on_time())
        accept(mark, where, suspect, listener);
    else
        stray(mark, where, listener);
}

void SlotTracker::first_mark_of_epoch(const hw::Mark& mark, bool suspect, TrackerListener& listener) {
    Nearest where;
    where.index = next_index_;
    if (next_index_ > 0) {
        where.estimated = true;
        if (mark.cycle_id && cycle_offset_) {
            const auto claimed = static_cast<std::int64_t>(*mark.cycle_id) - *cycle_offset_;
            if (claimed >= next_index_ && claimed - next_index_ <= longest_believed_gap) {
                where.index = claimed;
                where.estimated = false;
            } else {
                listener.doubt("cycle-id-disagrees");
                cycle_offset_.reset();
                suspect = true;
            }
        }
        if (where.estimated) count_gap(mark.time, where, listener);
        estimated_ |= where.estimated;  // those of the gap, too
    }
    accept(mark, where, suspect, listener);
}

// By the time that has passed, if the clock was followed from one epoch to the next.
void SlotTracker::count_gap(const ClockTime& first, Nearest& where, TrackerListener& listener) const {
    if (!carried_ || !carried_->time.comparable(first)) return listener.doubt("gap-not-counted");
    const double elapsed = proto::ticks_between(first, carried_->time);
    const auto periods = std::llround(elapsed / period_);
    const std::int64_t index = reference_index_ + periods;
    if (index < next_index_ || index - next_index_ > longest_believed_gap)
        return listener.doubt("gap-not-counted");
    const double off = std::abs(elapsed - static_cast<double>(periods) * period_);
    where.index = index;
    where.estimated = carried_->uncertainty + wander(elapsed) + off >= period_ / 2;
}

void SlotTracker::accept(const hw::Mark& mark, const Nearest& where, bool suspect,
                         TrackerListener& listener) {
    while (next_index_ < where.index) {
        const double back = static_cast<double>(where.index - next_index_) * period_;
        open_missed(next_index_, shifted(mark.time, -back), back, listener);
    }
    if (where.periods > 0) learn_period(where);
    reference_ = mark.time;
    carried_.reset();
    reference_index_ = where.index;
    estimated_ |= where.estimated;
    if (mark.cycle_id && !cycle_offset_) {
        cycle_offset_ = static_cast<std::int64_t>(*mark.cycle_id) - where.index;
        cycle_offset_estimated_ = estimated_;
    }
    last_stray_.reset();
    consistent_strays_ = 0;
    count_mark(true);

    Slot slot;
    slot.t0 = mark.time;
    slot.marked = true;
    slot.uncertainty_ns = mark.uncertainty_ns;
    slot.cycle_id = mark.cycle_id;
    if (suspect) slot.quality |= bit(SlotQuality::CLOCK_SUSPECT);
    open(slot, where.index, listener);
    tell(mark.time, MarkClass::ON_TIME, where.index, listener);
    settle_early(where.index, MarkClass::EXTRA, listener);
}

// Cycle ids count where time cannot; where time can, they are checked against it. Returns whether they
// contradict each other.
bool SlotTracker::check_cycle(const hw::Mark& mark, Nearest& where, TrackerListener& listener) {
    if (!mark.cycle_id || !cycle_offset_) return false;
    const auto claimed = static_cast<std::int64_t>(*mark.cycle_id) - *cycle_offset_;
    const std::int64_t off = claimed - where.index;
    if (off == 0) {
        cycle_contradictions_ = 0;
        where.estimated = false;
        if (!cycle_offset_estimated_) estimated_ = false;
        return false;
    }
    const double plausible = 1 + wander(where.elapsed) / period_;
    if (where.estimated && std::abs(static_cast<double>(off)) <= plausible && claimed > reference_index_) {
        where.index = claimed;
        where.periods += off;
        where.delta = where.elapsed - static_cast<double>(where.periods) * period_;
        where.estimated = false;
        // The clock wandered, which time alone could not tell from a slot more or less.
        if (std::abs(where.delta) < wander(where.elapsed) && claimed >= next_index_)
            where.delta =
                std::copysign(std::min(std::abs(where.delta), settings_.tolerance_ticks / 2), where.delta);
        return false;
    }
    listener.doubt("cycle-id-disagrees");
    cycle_contradictions_ = off == cycle_contradiction_ ? cycle_contradictions_ + 1 : 1;
    cycle_contradiction_ = off;
    if (cycle_contradictions_ >= contradictions_to_rebase) {
        *cycle_offset_ += off;
        cycle_contradictions_ = 0;
        listener.doubt("cycle-id-rebased");
    }
    return true;
}

void SlotTracker::stray(const hw::Mark& mark, const Nearest& where, TrackerListener& listener) {
    if (last_stray_) {
        const double since = proto::ticks_between(mark.time, last_stray_->time);
        if (std::abs(since) < settings_.tolerance_ticks)
            return tell(mark.time, MarkClass::DUPLICATE, where.index, listener);
        const double periods = std::round(since / period_);
        const bool consistent = periods >= 1 && periods <= longest_stray_spacing &&
                                std::abs(since - periods * period_) < settings_.tolerance_ticks;
        consistent_strays_ = consistent ? consistent_strays_ + 1 : 1;
    } else {
        consistent_strays_ = 1;
    }
    last_stray_ = Stray{mark.time, where.index};
    if (consistent_strays_ >= strays_to_relock && where.periods > 0) return relock(mark, where, listener);
    if (where.periods <= 0)
        tell(mark.time, MarkClass::EXTRA, where.index, listener);
    else if (where.index < next_index_)
        tell(mark.time, MarkClass::OUT_OF_TOLERANCE, where.index, listener);
    else if (early_count_ < early_.size())
        early_[early_count_++] = {mark.time, where.index};
    else
        tell(mark.time, MarkClass::EXTRA, reference_index_, listener);
}

// The facility has moved: this mark is the new reference, of the slot that it is nearest to. That slot's own
// mark never came.
void SlotTracker::relock(const hw::Mark& mark, const Nearest& where, TrackerListener& listener) {
    while (next_index_ <= where.index)
        open_missed(next_index_, prediction(next_index_),
                    static_cast<double>(next_index_ - reference_index_) * period_, listener);
    tell(mark.time, MarkClass::OUT_OF_TOLERANCE, where.index, listener);
    reference_ = mark.time;
    reference_index_ = where.index;
    estimated_ |= where.estimated;
    last_stray_.reset();
    consistent_strays_ = 0;
    ++relocks_;
}

void SlotTracker::miss(TrackerListener& listener) {
    open_missed(next_index_, prediction(next_index_),
                static_cast<double>(next_index_ - reference_index_) * period_, listener);
}

void SlotTracker::leave_epoch(TrackerListener& listener) {
    if (!reference_) return;
    settle_early(next_index_, MarkClass::OUT_OF_TOLERANCE, listener);
    carried_ = Carried{*reference_, 0};
    reference_.reset();
    last_stray_.reset();
    consistent_strays_ = 0;
}

void SlotTracker::cross(const EpochBridge& bridge, TrackerListener& listener) {
    if (reference_ && reference_->comparable(bridge.before)) leave_epoch(listener);
    if (!carried_ || !carried_->time.comparable(bridge.before)) return;
    carried_->time = shifted(bridge.after, proto::ticks_between(carried_->time, bridge.before));
    carried_->uncertainty += bridge.uncertainty_ns * 1e-9 * settings_.frequency_hz;
}

// Early strays that came nearest to slot `index` or before: now it is known whether it has a mark of its own.
void SlotTracker::settle_early(std::int64_t index, MarkClass mark_class, TrackerListener& listener) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < early_count_; ++i) {
        if (early_[i].index <= index)
            tell(early_[i].time, mark_class, early_[i].index, listener);
        else
            early_[kept++] = early_[i];
    }
    early_count_ = kept;
}

void SlotTracker::learn_period(const Nearest& where) {
    const double gain = std::max(1.0 / (2.0 + static_cast<double>(periods_seen_)),
                                 1 - std::exp(-where.elapsed / settings_.averaging_ticks));
    const double off = where.elapsed / static_cast<double>(where.periods) - period_;
    period_ += gain * off;
    if (where.periods == 1) variance_ = (1 - gain) * (variance_ + gain * off * off);
    ++periods_seen_;
}

void SlotTracker::count_mark(bool marked) {
    const double gain = std::max(1.0 / (1.0 + static_cast<double>(periods_seen_)),
                                 1 - std::exp(-period_ / settings_.averaging_ticks));
    marked_fraction_ += gain * ((marked ? 1.0 : 0.0) - marked_fraction_);
}

void SlotTracker::open_missed(std::int64_t index, const ClockTime& t0, double elapsed,
                              TrackerListener& listener) {
    if (wander(elapsed) >= period_ / 2) estimated_ = true;
    Slot slot;
    slot.t0 = t0;
    slot.uncertainty_ns = wander(elapsed) * 1e9 / settings_.frequency_hz;
    slot.cycle_id = cycle_of(index);
    count_mark(false);
    open(slot, index, listener);
    if (origin_ && index >= *origin_ && !is_hole(slot.cycle_id)) listener.fault(Fault::MARK_MISSED);
    settle_early(index, MarkClass::OUT_OF_TOLERANCE, listener);
}

void SlotTracker::open(Slot slot, std::int64_t index, TrackerListener& listener) {
    next_index_ = index + 1;
    slot.period_ticks = period_;
    if (is_hole(slot.cycle_id)) slot.quality |= bit(SlotQuality::OTHER_TARGET);
    if (!armed_) return;
    if (!origin_ && !start_here(slot, index, listener)) {
        seen_before_start_ = true;
        return;
    }
    if (estimated_) slot.quality |= bit(SlotQuality::SLOT_ESTIMATED);
    slot.number = static_cast<std::uint64_t>(index - *origin_);
    listener.slot_opened(slot);
}

bool SlotTracker::start_here(const Slot& slot, std::int64_t index, TrackerListener& listener) {
    if (rule_.not_before_cycle) {
        if (slot.cycle_id) return start_at_cycle(slot, index, listener);
        if (slot.marked && !rule_.not_before) listener.doubt("start-without-cycle-id");
    }
    if (rule_.not_before) return start_at_time(slot, index, listener);
    if (!slot.marked) return false;
    start(0, slot, index, listener);
    return true;
}

bool SlotTracker::start_at_cycle(const Slot& slot, std::int64_t index, TrackerListener& listener) {
    if (*slot.cycle_id < *rule_.not_before_cycle) return false;
    const std::uint64_t before = *slot.cycle_id - *rule_.not_before_cycle;
    if (before > static_cast<std::uint64_t>(longest_believed_gap)) {
        listener.doubt("start-too-long-ago");
        estimated_ = true;
        start(0, slot, index, listener);
    } else {
        start(static_cast<std::int64_t>(before), slot, index, listener);
    }
    return true;
}

bool SlotTracker::start_at_time(const Slot& slot, std::int64_t index, TrackerListener& listener) {
    const ClockTime& from = *rule_.not_before;
    if (!slot.t0.comparable(from)) {
        if (!slot.marked || slot.t0.epoch < from.epoch) return false;
        listener.doubt("start-in-another-epoch");
        estimated_ = true;
        start(0, slot, index, listener);
        return true;
    }
    if (proto::before(slot.t0, from)) return false;
    if (seen_before_start_) {
        start(0, slot, index, listener);
        return true;
    }
    const double since = proto::ticks_between(slot.t0, from) / period_;
    const double whole = std::floor(since);
    const double doubtful = wander(since * period_) / period_;
    if (1 - (since - whole) < doubtful || (whole > 0 && since - whole < doubtful)) estimated_ = true;
    if (whole > static_cast<double>(longest_believed_gap)) {
        listener.doubt("start-too-long-ago");
        estimated_ = true;
        start(0, slot, index, listener);
    } else {
        start(static_cast<std::int64_t>(whole), slot, index, listener);
    }
    return true;
}

void SlotTracker::start(std::int64_t slots_before, const Slot& slot, std::int64_t index,
                        TrackerListener& listener) {
    origin_ = index - slots_before;
    for (std::int64_t back = slots_before; back > 0; --back) {
        Slot missed;
        missed.number = static_cast<std::uint64_t>(slots_before - back);
        missed.t0 = shifted(slot.t0, -static_cast<double>(back) * period_);
        missed.uncertainty_ns = wander(static_cast<double>(back) * period_) * 1e9 / settings_.frequency_hz;
        missed.period_ticks = period_;
        if (slot.cycle_id) missed.cycle_id = *slot.cycle_id - static_cast<std::uint64_t>(back);
        if (estimated_) missed.quality |= bit(SlotQuality::SLOT_ESTIMATED);
        const bool hole = is_hole(missed.cycle_id);
        if (hole) missed.quality |= bit(SlotQuality::OTHER_TARGET);
        listener.slot_opened(missed);
        if (!hole) listener.fault(Fault::MARK_MISSED);
    }
}

void SlotTracker::tell(const ClockTime& time, MarkClass mark_class, std::int64_t index,
                       TrackerListener& listener) {
    if (!origin_ || index < *origin_) return listener.mark_classified(time, mark_class, std::nullopt);
    if (mark_class == MarkClass::EXTRA) listener.fault(Fault::MARK_EXTRA);
    if (mark_class == MarkClass::DUPLICATE) listener.fault(Fault::MARK_DUPLICATE);
    if (mark_class == MarkClass::OUT_OF_TOLERANCE) listener.fault(Fault::MARK_OUT_OF_TOLERANCE);
    listener.mark_classified(time, mark_class, static_cast<std::uint64_t>(index - *origin_));
}

bool SlotTracker::is_hole(std::optional<std::uint64_t> cycle_id) const {
    if (!cycle_id || settings_.hole_cycle == 0) return false;
    const auto phase = static_cast<std::uint32_t>(*cycle_id % settings_.hole_cycle);
    return std::ranges::find(settings_.hole_phases, phase) != settings_.hole_phases.end();
}

std::optional<std::uint64_t> SlotTracker::cycle_of(std::int64_t index) const {
    if (!cycle_offset_ || index + *cycle_offset_ < 0) return std::nullopt;
    return static_cast<std::uint64_t>(index + *cycle_offset_);
}

}  // namespace spillgate::daq
