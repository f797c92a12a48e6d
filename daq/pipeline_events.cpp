#include <limits>

#include "daq/clocks/clock_order.hpp"
#include "daq/pipeline_state.hpp"

namespace spillgate::daq {

using proto::advanced;
using proto::bit;
using proto::ClockTime;
using proto::Fault;
using proto::SlotQuality;

void Pipeline::State::run_on(bool to_the_end) {
    enum class Event { NONE, LEAVE_EPOCH, MISS, SLICE, TIE, CLOSE, JUDGE, COUNT, MARK };
    while (true) {
        const ClockTime watermark = *intake.watermark();
        Event next = Event::NONE;
        ClockTime when;
        // At equal times the order is that of the calls below.
        const auto consider = [&](Event event, const std::optional<ClockTime>& due) {
            if (!due || earlier(watermark, *due)) return;
            if (next != Event::NONE && !earlier(*due, when)) return;
            next = event;
            when = *due;
        };
        if (!free_running()) {
            auto due = tracker.next_due();
            if (due && due->epoch < watermark.epoch)
                consider(Event::LEAVE_EPOCH, ClockTime{watermark.domain, due->epoch + 1,
                                                       std::numeric_limits<std::int64_t>::min(), 0});
            else
                consider(Event::MISS, due);
        }
        consider(Event::TIE, lines.next_due());
        if (begun) {
            consider(Event::SLICE, next_slice);
            consider(Event::CLOSE, close_due());
            consider(Event::JUDGE, book.next_due());
        }
        // What happened at a time comes after what was due at it, and only when nothing before can follow.
        const auto consider_passed = [&](Event event, const ClockTime& time) {
            if (!to_the_end && !earlier(time, watermark)) return;
            if (next != Event::NONE && !earlier(time, when)) return;
            next = event;
            when = time;
        };
        auto& marks = intake.marks();
        if (const auto time = intake.next_count()) consider_passed(Event::COUNT, *time);
        if (!marks.empty()) consider_passed(Event::MARK, marks.front().mark.time);
        if (next == Event::NONE) return;
        if (earlier(now, when)) now = when;
        switch (next) {
            case Event::NONE:
                break;
            case Event::LEAVE_EPOCH:
                tracker.leave_epoch(*this);
                break;
            case Event::MISS:
                miss();
                break;
            case Event::SLICE:
                open_slice();
                break;
            case Event::TIE:
                settle_ties();
                break;
            case Event::CLOSE:
                close_oldest();
                break;
            case Event::JUDGE:
                judge(book.act(verdict, faults, counters));
                break;
            case Event::COUNT:
                count(intake.take_count());
                break;
            case Event::MARK: {
                const QueuedMark queued = marks.front();
                marks.erase(marks.begin());
                take_mark(queued);
                break;
            }
        }
    }
}

// A slot waits for the marks of other clocks that belong to it.
std::optional<ClockTime> Pipeline::State::close_due() const {
    const auto due = gate.next_due();
    if (!due) return due;
    const auto settled = lines.settled_at(gate.oldest_t0());
    return settled && earlier(*due, *settled) ? settled : due;
}

// What the reference missed another clock may have seen.
void Pipeline::State::miss() {
    const double tolerance = tracker.tolerance_ticks();
    const auto expected = shifted(*tracker.earliest_next(), tolerance);
    const auto seen = lines.supply(expected, tolerance);
    if (!seen) return tracker.miss(*this);
    counters.add("mark-from-other-clock");
    gate.mark_seen(seen->time);
    tracker.mark(*seen, false, *this);
}

void Pipeline::State::settle_ties() {
    proto::FaultCounts found;
    NamedCounters named;
    lines.settle(begun ? faults : found, begun ? counters : named);
    intake.look_again();
}

void Pipeline::State::check_wall_clock(const ClockTime& reading) {
    if (real_time && wall_clock.observe(reading, settings.utc_ns()) && begun) faults.add(Fault::CLOCK_DRIFT);
}

void Pipeline::State::count(const QueuedCount& queued) {
    if (queued.name == proto::name_of(Fault::TIMESTAMP_ROLLOVER))
        faults.add(Fault::TIMESTAMP_ROLLOVER, queued.count);
    else
        counters.add(queued.name, queued.count);
}

void Pipeline::State::take_mark(const QueuedMark& queued) {
    if (free_running()) return;
    switch (queued.mark.kind) {
        case hw::Mark::Kind::EXTRACT:
            while (const auto bridge = intake.take_bridge(queued.mark.time))
                tracker.cross(*bridge, *this);
            lines.go_on_in(queued.mark.time);
            gate.mark_seen(queued.mark.time);
            mark_now = {queued.mark.time, queued.mark.uncertainty_ns, queued.mark.cycle_id};
            tracker.mark(queued.mark, queued.suspect, *this);
            mark_now.reset();
            break;
        case hw::Mark::Kind::BEAM_ON:
            if (begun) book.beam_on(queued.mark.time);
            break;
        case hw::Mark::Kind::STROBE:
            gate.strobe_seen(queued.mark.time);
            break;
    }
}

void Pipeline::State::slot_opened(const Slot& slot) {
    while (gate.full())
        close_as_lost();
    while (book.full()) {
        ++verdicts_forced;
        if (!book.oldest_is_closed()) close_as_lost();
        judge(book.judge_oldest(verdict, faults));
    }
    Slot opened = slot;
    if (wall_clock.suspect()) opened.quality |= bit(SlotQuality::CLOCK_SUSPECT);
    book.open(opened);
    gate.open(opened, paused);
    ++slots_opened;
}

void Pipeline::State::mark_classified(const ClockTime&, MarkClass mark_class,
                                      std::optional<std::uint64_t> slot) {
    if (mark_class == MarkClass::ON_TIME && mark_now) lines.on_time(*mark_now);
    if (!slot || mark_class == MarkClass::ON_TIME) return;
    const std::uint32_t bits = bit(mark_class == MarkClass::EXTRA       ? SlotQuality::EXTRA_MARK
                                   : mark_class == MarkClass::DUPLICATE ? SlotQuality::DUPLICATE_MARK
                                                                        : SlotQuality::OUT_OF_TOLERANCE);
    gate.add_quality(*slot, bits);
    book.add_quality(*slot, bits);
}

// Slices begin with the first trace (at or after the start), so that a recording's first event is in slot 0.
void Pipeline::State::start_slices() {
    const auto watermark = intake.watermark();
    if (!free_running() || next_slice || !watermark) return;
    std::optional<ClockTime> first;
    for (const auto& held : store.held()) {
        const auto& time = store.trace(held).first;
        if (rule.not_before && time.comparable(*rule.not_before) && earlier(time, *rule.not_before)) continue;
        if (earlier(time, *watermark) && (!first || earlier(time, *first))) first = time;
    }
    next_slice = first;
}

void Pipeline::State::open_slice() {
    Slot slot;
    slot.number = slots_opened;
    slot.t0 = *next_slice;
    slot.t0.fraction = 0;
    slot.marked = true;
    slot.period_ticks = static_cast<double>(plan.slice);
    next_slice = advanced(slot.t0, plan.slice);
    slot_opened(slot);
}

}  // namespace spillgate::daq
