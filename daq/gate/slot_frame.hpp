// One slot as each board's clock has it: where its t0 is, and ticks of one clock by another. Ticks without a
// clock are after t0 by the slot's own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daq/clocks/clock_lines.hpp"
#include "daq/slot_tracker.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

// Where a trace lies, in ticks of its own clock after that clock's t0: [begin, end).
struct TracePlace {
    const proto::DomainClock* clock = nullptr;  // null: the slot's own
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

class SlotFrame {
  public:
    // The clock by which a board reads this slot.
    struct BoardClock {
        const proto::DomainClock* clock = nullptr;  // null: the slot's own
        const proto::ClockTime* t0 = nullptr;       // by that clock
        bool tied = true;                           // else the board's readings cannot be placed
        proto::ClockTime at(std::int64_t ticks) const { return proto::advanced(*t0, ticks); }
    };

    // Turns to another slot. `begin`: ticks after t0 from which on traces matter. Clocks and places that were
    // handed out end here.
    void turn_to(const Slot& slot, double frequency_hz, const ClockLines& lines, std::int64_t begin);

    const proto::DomainClock& own() const { return own_; }
    const std::vector<SlotClock>& others() const { return others_; }
    BoardClock of(std::uint32_t board) const;
    bool is_suspect() const;  // one of the clocks is not tied, or its marks do not fit
    // Nothing if the trace's clock is not tied, or is not the one that its board had in this slot.
    std::optional<TracePlace> place_of(const proto::Trace& trace) const;

    // Ticks after t0 by the slot's clock → by `clock`, and back.
    std::int64_t ticks_on(const proto::DomainClock* clock, std::int64_t ticks) const {
        return clock == nullptr ? ticks : proto::ticks_by(*clock, own_, ticks);
    }
    std::int64_t ticks_here(const proto::DomainClock* clock, std::int64_t ticks) const {
        return clock == nullptr ? ticks : proto::ticks_by(own_, *clock, ticks);
    }

  private:
    proto::DomainClock own_;
    std::vector<SlotClock> others_;
};

}  // namespace spillgate::daq
