#include "daq/pipeline.hpp"

#include <algorithm>
#include <limits>

#include "daq/clocks/clock_lines.hpp"
#include "daq/clocks/clock_order.hpp"
#include "daq/clocks/wall_clock_check.hpp"
#include "daq/gate/gate.hpp"
#include "daq/named_counters.hpp"
#include "daq/pipeline_checks.hpp"
#include "daq/record_counters.hpp"
#include "daq/slot_tracker.hpp"
#include "daq/stream_intake.hpp"
#include "daq/verdict_book.hpp"

namespace spillgate::daq {

using proto::advanced;
using proto::bit;
using proto::ClockTime;
using proto::Fault;
using proto::Result;
using proto::SlotQuality;

namespace {

constexpr double far_future_s = 10;

}  // namespace

struct Pipeline::State final : TrackerListener {
    State(PipelineSettings s, const WindowPlan& windows, std::uint32_t mark_board)
        : settings(std::move(s)),
          plan(windows),
          marks_from(mark_board),
          frequency_hz(plan.frequency_hz),
          tracker(TrackerSettings::from(settings.config.facility(), frequency_hz)),
          gate(GateSettings::from(settings.config, plan, settings.sources, mark_board)),
          book(VerdictSettings::from(settings.config, frequency_hz)),
          lines(settings.config, settings.sources, mark_board),
          intake({settings.sources, mark_board, static_cast<std::int64_t>(far_future_s * frequency_hz),
                  static_cast<std::int64_t>(settings.config.buffers().open_slots() * slot_ticks())},
                 lines),
          store(settings.recycle),
          wall_clock(frequency_hz),
          wanted([this](const proto::Trace& trace) { return gate.wants(trace); }) {
        real_time = std::ranges::none_of(settings.sources, [](const hw::SourceInfo& source) {
            return source.simulated || source.kind == "replay";
        });
        sources_simulated = std::ranges::any_of(settings.sources, &hw::SourceInfo::simulated);
    }

    double slot_ticks() const {
        return free_running() ? static_cast<double>(plan.slice)
                              : frequency_hz / settings.config.facility().repetition_hz();
    }
    bool free_running() const { return plan.mode == config::Gate::FREE_RUNNING; }

    // What the tracker says.
    void slot_opened(const Slot& slot) override;
    void mark_classified(const ClockTime& time, MarkClass mark_class,
                         std::optional<std::uint64_t> slot) override;
    void fault(Fault f) override { faults.add(f); }
    void doubt(const char* name) override { counters.add(name); }

    // One stream of events in order of device time, so that nothing depends on how it was delivered.
    void run_on(bool to_the_end);
    std::optional<ClockTime> close_due() const;
    void miss();
    void settle_ties();
    void check_wall_clock(const ClockTime& reading);
    void count(const QueuedCount& queued);
    void take_mark(const QueuedMark& queued);
    void start_slices();
    void open_slice();
    void close_oldest();
    void close_as_lost();
    void emit(ClosedSlot closed);
    void judge(bool judged);
    void forget(const ClockTime& upto);

    PipelineSettings settings;
    WindowPlan plan;
    std::uint32_t marks_from;
    double frequency_hz;
    SlotTracker tracker;
    Gate gate;
    VerdictBook book;
    ClockLines lines;
    StreamIntake intake;
    TraceStore store;
    WallClockCheck wall_clock;
    std::function<bool(const proto::Trace&)> wanted;
    bool sources_simulated = false;
    bool real_time = false;  // the sources' clocks go with the wall's

    bool begun = false;
    bool paused = false;
    bool simulated = false;
    std::uint32_t run = 0;
    std::uint64_t next_sequence = 0;
    std::uint64_t slots_opened = 0;
    StartRule rule;
    std::optional<ClockTime> next_slice;  // FREE_RUNNING
    proto::Ledger ledger;
    proto::FaultCounts faults;
    NamedCounters counters;
    RecordCounters record_counters;
    std::optional<SeenMark> mark_now;  // that the tracker is looking at, of the reference itself
    std::uint64_t slots_over_limit = 0;
    std::uint64_t verdicts_forced = 0;
    ClockTime now;
    proto::Verdict verdict;
    Outlet* outlet = nullptr;
};

// ---- events --------------------------------------------------------------------------------------------

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

// ---- from slot to messages -----------------------------------------------------------------------------

void Pipeline::State::close_oldest() {
    emit(gate.close_next(store, intake.losses(), lines, counters));
    forget(now);
}

// No room for another open slot. One whose mark was missed is complete already: nothing of it is lost.
void Pipeline::State::close_as_lost() {
    if (!gate.oldest_is_marked()) return close_oldest();
    ++slots_over_limit;
    counters.add("slot-over-limit");
    emit(gate.close_oldest_as_lost());
}

void Pipeline::State::emit(ClosedSlot closed) {
    const std::uint32_t quality =
        closed.quality | (simulated || sources_simulated ? bit(SlotQuality::SIMULATED) : 0);
    faults.add(Fault::WINDOW_TRUNCATED, closed.truncated_windows);
    std::optional<std::uint64_t> sequence;
    if (closed.record) {
        auto& record = *closed.record;
        if (outlet->admit(record.samples.size() * sizeof(std::uint16_t))) {
            record.run = run;
            record.daemon = settings.daemon;
            record.sequence = next_sequence++;
            record.quality = quality;
            record.utc_ns = settings.utc_ns();
            record.utc_state = settings.utc_state ? settings.utc_state() : 0;
            record_counters.write(faults, counters, record.counters);
            sequence = record.sequence;
            outlet->put(std::make_shared<const proto::Message>(proto::encode(std::move(closed.record))));
        } else {
            counters.add("record-refused-by-recorder");
            closed.disposition = wire::LOST_DISK;
            closed.windows = {};
        }
    }
    book.close(closed.slot.number, closed.disposition, quality, closed.windows, sequence, now);
}

void Pipeline::State::judge(bool judged) {
    if (!judged) return;
    verdict.run = run;
    verdict.daemon = settings.daemon;
    verdict.sequence = next_sequence++;
    verdict.utc_ns = settings.utc_ns();
    ledger.add(verdict);
    outlet->put(std::make_shared<const proto::Message>(proto::encode(verdict)));
}

// By the time of what happened, not of what has arrived: what is counted must not depend on the latter.
void Pipeline::State::forget(const ClockTime& upto) {
    ClockTime earliest = upto;
    if (const auto next = free_running() ? next_slice : tracker.earliest_next())
        if (earlier(*next, earliest)) earliest = *next;
    const bool counted = begun && slots_opened > 0;
    const auto bound = gate.forget(earliest, store, lines, counted ? &counters : nullptr);
    // Until an epoch's first mark comes nobody knows how many slots of the gap are still to be opened.
    const bool is_in_gap = counted && !free_running() && !tracker.next_due();
    intake.losses().forget(is_in_gap, [&](std::uint32_t board, const ClockTime& end) {
        return lines.is_over(board, end, bound);
    });
}

// ---- the class -----------------------------------------------------------------------------------------

Result<Pipeline> Pipeline::create(PipelineSettings settings) {
    if (const auto checked = check_sources(settings); !checked) return checked.error();
    const auto mark_board = find_mark_board(settings);
    if (!mark_board) return mark_board.error();
    const auto plan = WindowPlan::from(settings.config.gate(), settings.config.facility(),
                                       frequency_of(settings, *mark_board));
    if (!plan) return plan.error();
    if (!settings.utc_ns) settings.utc_ns = proto::utc_now_ns;
    return Pipeline(std::make_unique<State>(std::move(settings), *plan, *mark_board));
}

Pipeline::Pipeline(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

void Pipeline::begin(std::uint32_t run, StartRule start, bool simulated, bool beam_off) {
    auto& s = *state_;
    s.begun = true;
    s.paused = false;
    s.simulated = simulated;
    s.run = run;
    s.next_sequence = 0;
    s.slots_opened = 0;
    s.rule = start;
    s.next_slice.reset();
    s.ledger = {};
    s.faults = {};
    s.counters.clear();
    s.record_counters = {};
    s.slots_over_limit = 0;
    s.verdicts_forced = 0;
    s.gate.abandon_open();
    s.gate.begin_run();
    s.book.begin(beam_off);
    s.intake.charges().clear();
    s.tracker.begin(start);
}

void Pipeline::accept(hw::Batch&& batch, Outlet& outlet) {
    auto& s = *state_;
    s.outlet = &outlet;
    if (batch.board == s.marks_from) s.check_wall_clock(batch.watermark);
    s.intake.take(std::move(batch), s.store, s.faults, s.counters, s.wanted);
    if (s.begun) {
        for (const auto& charge : s.intake.charges())
            s.book.charge(charge, s.faults);
        s.start_slices();
    }
    s.intake.charges().clear();
    if (!s.intake.watermark()) return;
    s.run_on(s.intake.all_ended());
    // While slots come, traces are let go as slots close; without slots, here.
    if (s.gate.open_slots() == 0 && (!s.begun || s.slots_opened == 0 || !s.tracker.next_due()))
        s.forget(*s.intake.watermark());
}

void Pipeline::pause() {
    state_->paused = true;
}

void Pipeline::resume() {
    state_->paused = false;
}

void Pipeline::finish(Outlet& outlet) {
    auto& s = *state_;
    if (!s.begun) return;
    s.outlet = &outlet;
    s.book.match_all(s.faults, s.counters);
    const auto watermark = s.intake.watermark();  // of before the ties look further
    // What sources said of their losses up to here belongs to this run.
    for (auto time = s.intake.next_count(); watermark && time && !earlier(*watermark, *time);
         time = s.intake.next_count())
        s.count(s.intake.take_count());
    while (s.lines.next_due())
        s.settle_ties();
    if (watermark) s.forget(*watermark);
    while (s.gate.open_slots() > 0) {
        if (!s.intake.all_ended() && !s.gate.oldest_has_ended(*watermark)) {
            s.book.drop_from(s.gate.oldest_slot());
            s.gate.abandon_open();
            break;
        }
        s.close_oldest();
    }
    while (s.book.unjudged() > 0)
        s.judge(s.book.judge_oldest(s.verdict, s.faults));
    s.begun = false;
    s.tracker.end();
}

std::uint32_t Pipeline::mark_board() const {
    return state_->marks_from;
}

bool Pipeline::begun() const {
    return state_->begun;
}

bool Pipeline::started() const {
    return state_->begun && state_->slots_opened > 0;
}

bool Pipeline::ended() const {
    return state_->intake.all_ended();
}

PipelineStatistics Pipeline::statistics() const {
    const auto& s = *state_;
    PipelineStatistics statistics;
    statistics.mark_rate_hz = s.tracker.mark_rate_hz();
    statistics.period_ns = s.tracker.period_ticks() * 1e9 / s.frequency_hz;
    statistics.period_rms_ns = s.tracker.period_rms_ticks() * 1e9 / s.frequency_hz;
    statistics.relocks = s.tracker.relocks();
    statistics.next_slot = s.slots_opened;
    statistics.next_sequence = s.next_sequence;
    statistics.ledger = s.ledger;
    statistics.ledger.set_faults(s.faults);
    statistics.drops = s.counters.all();
    const auto& buffers = s.settings.config.buffers();
    statistics.buffers.push_back(
        {"open slots", s.gate.open_slots(), buffers.open_slots(), s.gate.high_water(), s.slots_over_limit});
    statistics.buffers.push_back({"unjudged slots", s.book.unjudged(), buffers.unjudged_slots(),
                                  s.book.high_water(), s.verdicts_forced});
    statistics.live_checks = s.gate.live_checks();
    statistics.ties = s.lines.statistics();
    statistics.newest = s.intake.watermark();
    statistics.frequency_hz = s.frequency_hz;
    return statistics;
}

}  // namespace spillgate::daq
