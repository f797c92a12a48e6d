// A deposit's light as single pulses at the digitizer's input: when each photoelectron comes and how big it
// is.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/simulation/deposits.hpp"

namespace spillgate::hw::simulation {

// One photoelectron's (or, on the veto channel, one muon's) pulse; its shape is PulseShape's.
struct Pulse {
    std::int64_t tick = 0;
    float fraction = 0;  // [0, 1) of a tick
    float charge = 0;    // ADC·samples
};

// The pulses of deposits:
//   scintillation   arrival times exponential with fast_ns or slow_ns; the share of slow light is
//                   slow_to_fast / (1 + slow_to_fast), in light (integral), not amplitude
//   Cherenkov       all within a Gaussian of 1 ns
//   afterglow       of large deposits: afterglow_fraction of their PE again, one by one, exponential with
//                   afterglow_ns
// A PE's charge q follows the Polya distribution x^m exp(−x), x = (1 + m)·q/spe_charge_adc, m = spe_polya_m:
// a gamma distribution of shape 1 + m, mean spe_charge_adc and relative width 1/√(1 + m).
class Light {
  public:
    explicit Light(const Parameters& parameters, double veto_charge_per_height);

    // Appends those pulses of `deposit` that begin within [begin, end), unordered. Always the same for the
    // same deposit, whatever the range.
    void pulses(const Deposit& deposit, std::int64_t begin, std::int64_t end, std::vector<Pulse>& out) const;
    // Ticks after which a deposit of this kind gives no more light (10 decay times).
    std::int64_t reach(Kind kind) const;
    // The longest of all.
    std::int64_t longest_reach() const;

  private:
    Parameters parameters_;
    double slow_share_ = 0;
    double veto_charge_per_height_ = 1;
    std::int64_t light_ticks_ = 0;  // reach of scintillation
};

}  // namespace spillgate::hw::simulation
