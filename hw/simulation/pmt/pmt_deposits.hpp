// What is deposited in detectors that PMTs look at.
#pragma once

#include "hw/simulation/draws.hpp"

namespace spillgate::hw::simulation::pmt {

// Dark PE are each PMT's own. Everything else is a detector's: one per channel, or with `shared_light` one
// that all channels see. Sizes: the light of signal, neutrons, steady and large deposits falls exponentially
// with the configured mean number of PE and fluctuates as Poisson; at least one PE is seen.
class PmtDeposits : public DepositGenerator {
  public:
    PmtDeposits(const Parameters& parameters, const Beam& beam)
        : parameters_(parameters), draws_(parameters, beam) {}
    void draw(CycleDeposits& deposits) const override;

  private:
    Parameters parameters_;
    Draws draws_;

    void light(const Cycle& cycle, std::size_t detector, std::vector<Deposit>& out) const;
    void muons(CycleDeposits& deposits) const;
};

}  // namespace spillgate::hw::simulation::pmt
