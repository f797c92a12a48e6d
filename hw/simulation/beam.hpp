// The facility: when its cycles come, what they bring, and what of it reaches the board as marks and charges.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/simulation/parameters.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::simulation {

// One cycle of the facility. Facts depend on (beam.seed, number) alone, faults of the board's marks on
// (seed, board, number).
struct Cycle {
    std::uint64_t number = 0;
    std::int64_t begin = 0;  // ticks: the cycle owns [begin, end), about half a period around its mark
    std::int64_t end = 0;
    std::int64_t mark_tick = 0;  // where the extraction is, whether or not its mark arrives
    double mark_fraction = 0;    // [0, 1) of a tick
    bool no_beam = false;
    bool hole = false;  // the pulse goes to another target
    bool vetoed = false;
    bool charge_missing = false;  // its report is never sent
    std::int64_t charge_pc = 0;   // of its protons, wherever they go, acceleration included
    std::uint32_t flavour = 0;
    bool mark_missed = false;
    bool duplicate = false;
    bool extra = false;

    // Protons on our target, in units of the nominal charge, acceleration included: scales the beam's
    // deposits.
    double intensity = 0;
};

class Random;

class Beam {
  public:
    explicit Beam(const Parameters& parameters);

    Cycle cycle(std::uint64_t number) const;
    // The board's marks within the cycle, by time: the true one, its duplicate, an extra one, a strobe (the
    // one that follows this cycle's extraction, or the one before's).
    void marks(const Cycle& cycle, std::vector<Mark>& marks) const;
    // The report that comes with the cycle's mark: of this pulse, or of the one before (beam.charge_offset).
    // It comes over the network, so it comes when the mark is missed, too. False: it is missing.
    bool charge(const Cycle& cycle, Charge& charge) const;

    // A proton's arrival after the mark, ticks: a Gaussian of pulse_fwhm_ns whose onset (2.5 σ before its
    // middle) lies beam_delay_ns after the mark; with two bunches, either of them.
    double proton_delay(Random& random) const;

    // First cycle that begins at or after `tick`.
    std::uint64_t first_cycle_after(std::int64_t tick) const;

  private:
    Parameters parameters_;
    std::int64_t whole_period_ = 0;  // period = whole + part, so that cycle times are exact over years
    double part_period_ = 0;

    void add_strobe(const Cycle& of, const Cycle& within, std::vector<Mark>& marks) const;
    double drift_ticks(double cycle_number) const;
    std::int64_t boundary(std::uint64_t number) const;
};

}  // namespace spillgate::hw::simulation
