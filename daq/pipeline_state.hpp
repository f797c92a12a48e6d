// What a pipeline holds and does with it: streams in order of device time, slots that open and close, and the
// messages that they become. Of one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "daq/clocks/clock_lines.hpp"
#include "daq/clocks/wall_clock_check.hpp"
#include "daq/gate/gate.hpp"
#include "daq/gate/trace_store.hpp"
#include "daq/named_counters.hpp"
#include "daq/pipeline.hpp"
#include "daq/record_counters.hpp"
#include "daq/slot_tracker.hpp"
#include "daq/stream_intake.hpp"
#include "daq/verdict_book.hpp"
#include "daq/window_age.hpp"

namespace spillgate::daq {

inline constexpr double far_future_s = 10;

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
          window_age(frequency_hz),
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
    void mark_classified(const proto::ClockTime& time, MarkClass mark_class,
                         std::optional<std::uint64_t> slot) override;
    void fault(proto::Fault f) override { faults.add(f); }
    void doubt(const char* name) override { counters.add(name); }

    // One stream of events in order of device time, so that nothing depends on how it was delivered.
    void run_on(bool to_the_end);
    std::optional<proto::ClockTime> close_due() const;
    void miss();
    void settle_ties();
    void check_wall_clock(const proto::ClockTime& reading);
    void count(const QueuedCount& queued);
    void take_mark(const QueuedMark& queued);
    void start_slices();
    void open_slice();
    void close_oldest();
    void close_as_lost();
    void emit(ClosedSlot closed);
    void judge(bool judged);
    void forget(const proto::ClockTime& upto);

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
    WindowAge window_age;
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
    std::optional<proto::ClockTime> next_slice;  // FREE_RUNNING
    proto::Ledger ledger;
    proto::FaultCounts faults;
    NamedCounters counters;
    RecordCounters record_counters;
    std::optional<SeenMark> mark_now;  // that the tracker is looking at, of the reference itself
    std::uint64_t slots_over_limit = 0;
    std::uint64_t verdicts_forced = 0;
    proto::ClockTime now;
    proto::Verdict verdict;
    Outlet* outlet = nullptr;
};

}  // namespace spillgate::daq
