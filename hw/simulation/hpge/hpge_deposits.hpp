// What is deposited in HPGe crystals.
#pragma once

#include "hw/simulation/draws.hpp"

namespace spillgate::hw::simulation::hpge {

// Each crystal by itself: gamma lines, a continuum flat in energy, signal and neutrons that fall
// exponentially with their mean, all as ionisation; and a pulser whose pulses come at equal distances, at the
// same moments in all crystals.
class HpgeDeposits : public DepositGenerator {
  public:
    HpgeDeposits(const Parameters& parameters, const Beam& beam)
        : parameters_(parameters), draws_(parameters, beam) {}
    void draw(CycleDeposits& deposits) const override;

  private:
    Parameters parameters_;
    Draws draws_;

    void gammas(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const;
    void pulser(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const;
};

}  // namespace spillgate::hw::simulation::hpge
