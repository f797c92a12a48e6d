// Every mark of the recent past, seen or predicted, so that no window is called anti-coincident near one.
#pragma once

#include <cstdint>
#include <vector>

#include "daq/clocks/clock_order.hpp"

namespace spillgate::daq {

class MarkHistory {
  public:
    void seen(const proto::ClockTime& time) { add({time, false}); }
    // A mark that was due and did not come: where it would have been, within the mark tolerance.
    void predicted(const proto::ClockTime& time) { add({time, true}); }
    void forget_before(const proto::ClockTime& time);
    // The oldest marks were forgotten to stay within bounds: nothing is known of windows before this.
    std::uint64_t overflowed() const { return overflowed_; }

    // Whether [begin, end), in ticks from `origin`, keeps `margin` from every seen mark and margin +
    // tolerance from every mark that may have come unseen: those that were missed, and those that the period
    // predicts before and after `origin`, itself a mark. `slack` ticks at the ends may touch the origin's own
    // margin.
    bool clear(const proto::ClockTime& origin, double period, double begin, double end, double margin,
               double tolerance, double slack) const;

  private:
    struct Entry {
        proto::ClockTime time;
        bool is_predicted = false;
    };
    void add(const Entry& entry);
    bool seen_near(const proto::ClockTime& origin, double position, double tolerance) const;

    std::vector<Entry> entries_;
    std::uint64_t overflowed_ = 0;
};

}  // namespace spillgate::daq
