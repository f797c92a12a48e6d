// The CEvNS signal of a real nucleus and source, as `spillgate-offline predict --signal-table` writes it:
// lines of lower and upper energy (keV) and events of prompt and of delayed neutrinos per proton; lines that
// begin with # are left out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "hw/simulation/random.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::simulation {

class SignalTable {
  public:
    // Errors: NOT_FOUND, IO; CORRUPT, with the line (not four numbers, energies that do not rise, events that
    // are negative, none at all).
    static proto::Result<SignalTable> read(const std::string& path);

    double per_proton() const { return events_[0] + events_[1]; }
    double prompt_fraction() const { return events_[0] / per_proton(); }
    // An energy in keV, evenly within its bin.
    double draw(bool prompt, Random& random) const;

  private:
    std::vector<double> low_kev_, high_kev_;
    std::array<std::vector<double>, 2> up_to_;  // prompt, delayed: events of this bin and those below
    std::array<double, 2> events_{};
};

}  // namespace spillgate::hw::simulation
