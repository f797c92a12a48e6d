// A recording without marks as a stream with simulated ones: each event again, a stated time after a mark.
#pragma once

#include <cstdint>
#include <functional>

#include "hw/replay/slot_stretches.hpp"

namespace spillgate::hw::replay {

struct MarkedTime {
    double period_ticks = 0;      // between simulated marks
    std::int64_t lead_ticks = 0;  // from a mark to its event's first sample
    std::int64_t gap_ticks = 0;   // traces that begin this close to an event's first belong to it
};

// Gathers traces, which come in slots ordered in time, into events: all channels, raw and averaged. Mark n
// (from 1 on) lies at n periods, and is given with the n-th event, moved there whole; cycle ids count marks.
class EventStretches {
  public:
    using Give = std::function<void(Batch&&)>;
    EventStretches(const Origin& origin, const MarkedTime& time) : origin_(origin), time_(time) {}

    // Gives the events that the slot's traces show to be complete.
    void add(const RecordedSlot& slot, const Give& give);
    // Gives the last one: the recording has ended. It may begin again.
    void finish(const Give& give);
    // Traces that came a whole event too late.
    std::uint64_t out_of_order() const { return out_of_order_; }

  private:
    Origin origin_;
    MarkedTime time_;
    Batch event_;             // being gathered, times as recorded
    proto::ClockTime begin_;  // of its first trace
    std::uint64_t marks_ = 0;
    std::uint64_t out_of_order_ = 0;
    std::vector<const proto::Trace*> sorted_;
};

}  // namespace spillgate::hw::replay
