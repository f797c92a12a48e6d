// What one channel's input sees, before it is digitized.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/simulation/deposits.hpp"

namespace spillgate::hw::simulation {

// Not thread-safe (remembers what it has computed). Positions are ticks; heights are ADC over the baseline.
class ChannelSignal {
  public:
    virtual ~ChannelSignal() = default;
    // Ticks after which nothing is left of any deposit.
    virtual std::int64_t reach() const = 0;
    // The sum of all pulses over out.size() samples from `begin` on. Always the same at the same tick,
    // whatever the stretch.
    virtual void analog(const History& history, std::int64_t begin, std::span<float> out) = 0;
    // Appends, in ascending order, the ticks at which what a trigger sees rises over `threshold`: all of
    // [begin, end), and maybe some around it. Until forget(), analog() may then be cheaper within that range.
    virtual void rises(const History& history, std::int64_t begin, std::int64_t end, float threshold,
                       std::vector<std::int64_t>& out) = 0;
    // The history has changed.
    virtual void forget() {}
};

// Appends the ticks at which a signal that begins at `begin`, from below, rises over `threshold`.
void append_rises(std::span<const float> signal, std::int64_t begin, float threshold,
                  std::vector<std::int64_t>& out);

}  // namespace spillgate::hw::simulation
