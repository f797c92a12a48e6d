// Slots of a run with marks as stretches of the stream that they were made of.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "hw/replay/recorded_slots.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::replay {

// Which of a run's traces are this board's, and what they become.
struct Origin {
    std::optional<std::uint32_t> recorded_board;  // empty: every board's
    std::uint32_t recorded_domain = 0;
    double frequency_hz = 0;
    // From the roi's begin of a strobed window back to its strobe, as the recorded config has it; empty: no
    // strobes.
    std::optional<std::int64_t> strobe_lead_ticks;
    std::uint32_t board = 0;
    std::uint32_t clock_domain = 0;

    // A slot's own time on the recorded clock: its mark's, seen or predicted. Empty if only another clock
    // knows it.
    std::optional<proto::ClockTime> t0(const RecordedSlot& slot) const;
    bool has(const proto::Trace& trace) const { return !recorded_board || trace.board == *recorded_board; }
    DeviceTrace trace(const proto::Trace& recorded) const;
    proto::ClockTime time(const proto::ClockTime& recorded) const;
};

// What a slot was made of: its mark (unless it was missed, or the run has none) and strobe, those of its
// traces that no earlier slot had, and the charge report that came with its mark: the slot's own, or with
// charge_offset −1 the one before's.
class SlotStretches {
  public:
    // `period_ticks` separates the passes of a loop where the run itself does not tell the period.
    SlotStretches(const Origin& origin, int charge_offset, double period_ticks)
        : origin_(origin), charge_offset_(charge_offset), period_ticks_(period_ticks) {}

    // Fills a cleared batch. False: there is nothing of the board in the slot.
    bool fill(const RecordedSlot& slot, Batch& batch);
    // The run begins again: time and cycle ids go on where it ended, one mean period later.
    void begin_again();

  private:
    struct Seen {
        std::uint32_t channel = 0;
        proto::Stream stream{};
        proto::ClockTime last;  // first sample of its last trace
    };
    // From the first slot of this pass to the last, as recorded: what the next pass is shifted by.
    struct Extent {
        bool any = false;
        std::uint64_t first_slot = 0, last_slot = 0;
        proto::ClockTime first_t0, last_t0;
        std::optional<std::uint64_t> first_cycle, last_cycle;
    };

    Origin origin_;
    int charge_offset_;
    double period_ticks_;
    std::vector<Seen> seen_;
    Extent extent_;
    std::optional<proto::Verdict> before_;  // the verdict of the slot before
    std::optional<std::uint32_t> epoch_;    // of the stretch before
    std::int64_t tick_shift_ = 0;
    std::uint64_t cycle_shift_ = 0;
    std::uint32_t epoch_shift_ = 0;

    proto::ClockTime shifted(const proto::ClockTime& recorded) const;
    bool is_new(const proto::Trace& trace);
    void note(const RecordedSlot& slot, const proto::ClockTime& t0);
    void add_strobe(const proto::SpillRecord& record, const proto::ClockTime& t0, Batch& batch) const;
    void add_charge(const RecordedSlot& slot, const proto::ClockTime& time, Batch& batch) const;
};

}  // namespace spillgate::hw::replay
