#include "daq/pipeline.hpp"

#include "daq/clocks/clock_order.hpp"
#include "daq/pipeline_checks.hpp"
#include "daq/pipeline_state.hpp"

namespace spillgate::daq {

using proto::Result;

Result<Pipeline> Pipeline::create(PipelineSettings settings) {
    const auto checked = check_pipeline(settings);
    if (!checked) return checked.error();
    if (!settings.utc_ns) settings.utc_ns = proto::utc_now_ns;
    return Pipeline(std::make_unique<State>(std::move(settings), checked->plan, checked->mark_board));
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
    if (batch.board == s.marks_from) {
        s.check_wall_clock(batch.watermark);
        s.window_age.observe(batch);
    }
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
