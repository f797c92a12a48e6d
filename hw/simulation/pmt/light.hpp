// A deposit's light as single pulses at the digitizer's input: when each photoelectron comes and how big it
// is.
#pragma once

#include "hw/simulation/parameters.hpp"
#include "hw/simulation/pulse_train.hpp"

namespace spillgate::hw::simulation::pmt {

// The pulses of one PMT:
//   scintillation   arrival times exponential with fast_ns or slow_ns; the share of slow light is
//                   slow_to_fast / (1 + slow_to_fast), in light (integral), not amplitude; for nuclear
//                   recoils slow_to_fast_nuclear
//   Cherenkov       all within a Gaussian of 1 ns
//   afterglow       of large deposits: afterglow_fraction of their PE again, one by one, exponential with
//                   afterglow_ns
// A PE's charge q follows the Polya distribution x^m exp(−x), x = (1 + m)·q/spe_charge_adc, m = spe_polya_m:
// a gamma distribution of shape 1 + m, mean spe_charge_adc and relative width 1/√(1 + m).
// Light lasts for 10 decay times. With shared_light each PE goes to one of the PMTs, all equally likely.
class Light : public PulseSource {
  public:
    Light(const Parameters& parameters, std::size_t pmt);

    void pulses(const Deposit& deposit, std::int64_t begin, std::int64_t end,
                std::vector<Pulse>& out) const override;
    std::int64_t reach(Kind kind) const override;
    std::int64_t longest_reach() const override;

  private:
    Parameters parameters_;
    std::size_t pmt_;
    std::size_t pmts_ = 1;  // that share the light
    double slow_share_ = 0;
    double slow_share_nuclear_ = 0;
    std::int64_t light_ticks_ = 0;  // reach of scintillation
};

}  // namespace spillgate::hw::simulation::pmt
