// A crystal's channel: each deposit's charge pulse on the tails of those before it.
#pragma once

#include "hw/simulation/channel_signal.hpp"
#include "hw/simulation/hpge/charge_pulse.hpp"
#include "hw/simulation/parameters.hpp"

namespace spillgate::hw::simulation::hpge {

// Ionisation fluctuates as a Gaussian of σ² = fano · 2.96 eV · E (not the pulser's); the rise from 10 to 90 %
// is drawn evenly from rise_min_ns to rise_max_ns.
class ChargeSignal : public ChannelSignal {
  public:
    ChargeSignal(const Parameters& parameters, std::size_t channel);

    std::int64_t reach() const override;
    void analog(const History& history, std::int64_t begin, std::span<float> out) override;
    // What the trigger sees is the rises alone, as the fast filter of a digitizer does: the step of each
    // deposit from where the signal was, with those that have not ended when it comes.
    void rises(const History& history, std::int64_t begin, std::int64_t end, float threshold,
               std::vector<std::int64_t>& out) override;

  private:
    Parameters parameters_;
    std::size_t channel_;
    ChargePulse pulse_;
    std::vector<ChargeStep> steps_;
    std::vector<float> group_;

    ChargeStep step_of(const Deposit& deposit) const;
};

}  // namespace spillgate::hw::simulation::hpge
