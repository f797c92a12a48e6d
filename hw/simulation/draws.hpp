// What all kinds of detectors draw alike: when things happen. How big they are is the detector's to say.
#pragma once

#include <functional>
#include <vector>

#include "hw/simulation/deposits.hpp"
#include "hw/simulation/parameters.hpp"
#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation {

// Sets the size of a deposit of which the rest is known.
using Size = std::function<void(Deposit&, Random&)>;

struct BeamInduced {
    double signal_per_spill = 0;  // at nominal charge
    double prompt_fraction = 0;   // of the signal
    double neutrons_per_spill = 0;
    double neutron_delay_ns = 0;
    Size signal;
    Size neutron;
};

// The signal of a table, at nominal charge; `size` turns an energy in keV into the deposit's own size.
// Sets signal_per_spill, prompt_fraction and signal.
void take_signal(const Parameters& parameters, std::function<void(double energy_kev, Deposit&, Random&)> size,
                 BeamInduced& to);

class Draws {
  public:
    Draws(const Parameters& parameters, const Beam& beam) : parameters_(parameters), beam_(beam) {}

    // Appends deposits of a steady kind: evenly over the cycle.
    void steady(const Cycle& cycle, std::size_t channel, Kind kind, double rate_hz, const Size& size,
                std::vector<Deposit>& out) const;
    // Appends what follows the protons: prompt signal with the pion's lifetime of 26 ns, delayed signal with
    // the muon's 2.197 μs on top, neutrons neutron_delay_ns later.
    void beam_induced(const Cycle& cycle, std::size_t channel, const BeamInduced& what,
                      std::vector<Deposit>& out) const;
    // Appends muons on the veto channel, with heights around `muon_adc`; `through` is told of each, with its
    // time in ticks after the cycle's begin.
    void muons(const Cycle& cycle, double rate_hz, double muon_adc,
               const std::function<void(double, Random&)>& through, std::vector<Deposit>& out) const;

  private:
    Parameters parameters_;
    const Beam& beam_;
};

// Without its size.
Deposit deposit_at(std::int64_t origin, double ticks_after, Kind kind);

}  // namespace spillgate::hw::simulation
