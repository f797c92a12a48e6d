// What the host's steady clock says of the module's counter, as bounds: no event is needed to know that time
// has passed, and no event can be from the future.
#pragma once

#include <cstdint>

namespace spillgate::hw::dig2 {

// The counter starts at 0 somewhere between the moment when the start command was sent and the moment when
// its reply had come, and an event that arrives was stamped before. Between such ties both clocks run freely;
// they are taken to agree to `drift`: 500 ppm is as far as the kernel slews the host's clock, quartz adds
// less than 100. All times are of the steady clock, in ns.
class ClockTie {
  public:
    static constexpr double drift = 6e-4;

    ClockTie(double ticks_per_ns, std::int64_t start_sent_ns, std::int64_t start_done_ns)
        : ticks_per_ns_(ticks_per_ns), low_at_ns_(start_done_ns), high_at_ns_(start_sent_ns) {}

    // A reading that had been taken when it arrived. The first one may lie anywhere: a counter that was not
    // cleared is tied by it.
    void saw(std::int64_t ticks, std::int64_t now_ns);
    // The counter has at least reached this.
    std::int64_t at_least(std::int64_t now_ns) const;
    // The counter cannot have passed this, with a second's grace for what is not the clocks'.
    std::int64_t at_most(std::int64_t now_ns) const;
    // How far beyond at_least() it can be by the clocks alone, ticks. Nothing narrows it but events, from
    // below: it grows with the time since the start.
    std::int64_t uncertainty(std::int64_t now_ns) const;
    // Whether that is certain: not of a counter that was not cleared, for its first event may have been
    // stamped long before it came.
    bool was_cleared() const { return cleared_; }

  private:
    std::int64_t highest(std::int64_t now_ns) const;

    double ticks_per_ns_;
    bool seen_ = false;
    bool cleared_ = true;
    std::int64_t low_ticks_ = 0;
    std::int64_t low_at_ns_;
    std::int64_t high_ticks_ = 0;
    std::int64_t high_at_ns_;
};

}  // namespace spillgate::hw::dig2
