// Up to where a stream is complete, from what arrives and, in silence, from the host's clock.
#pragma once

#include <algorithm>
#include <cstdint>

#include "hw/dig2/clock_tie.hpp"

namespace spillgate::hw::dig2 {

// Stamps in ticks, times of the steady clock in ns.
//
// While data come, only they speak: the module may be behind by whatever its buffers hold, and the host's
// clock cannot know. Scope events leave the module in the order of their stamps, so the last one is a floor
// for all that follow. DPP hits of different channels do not: one may be older than the newest by `patience`.
//
// When nothing has come for `patience`, the module has nothing to send (it sends what it has at once and the
// link is idle), so all that was stamped before now − patience has arrived. What the counter read then, at
// least, the clock tie knows. `patience` is time enough for the end of a record, the module, the network and
// a host that is busy elsewhere; an event that comes later still is counted and not delivered.
class Watermark {
  public:
    Watermark(ClockTie tie, bool in_order, std::int64_t patience_ns, std::int64_t patience_ticks)
        : tie_(tie), in_order_(in_order), patience_ns_(patience_ns), patience_ticks_(patience_ticks) {}

    // Data of any kind came.
    void heard(std::int64_t now_ns) { heard_ns_ = now_ns; }
    // An event's stamp.
    void saw(std::int64_t ticks, std::int64_t now_ns) {
        heard(now_ns);
        tie_.saw(ticks, now_ns);
        raise(in_order_ ? ticks + 1 : ticks - patience_ticks_);
    }
    // The link had nothing for us at now_ns.
    void idle(std::int64_t now_ns) {
        if (now_ns - heard_ns_ >= patience_ns_) raise(tie_.at_least(now_ns - patience_ns_));
    }
    void raise(std::int64_t ticks) { ticks_ = std::max(ticks_, ticks); }
    // Every stamp to come is this or later.
    std::int64_t ticks() const { return ticks_; }
    const ClockTie& tie() const { return tie_; }

  private:
    ClockTie tie_;
    bool in_order_;
    std::int64_t patience_ns_;
    std::int64_t patience_ticks_;
    std::int64_t heard_ns_ = 0;
    std::int64_t ticks_ = 0;
};

}  // namespace spillgate::hw::dig2
