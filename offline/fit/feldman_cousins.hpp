// Confidence intervals with the coverage they claim, also at limits and with few counts: the unified approach
// of G. J. Feldman and R. D. Cousins, Phys. Rev. D 57 (1998) 3873, with the other parameters profiled (toys
// are made with their best values at each tested one).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "offline/fit/minimise.hpp"
#include "offline/fit/toys.hpp"

namespace spillgate::offline::fit {

// Of one tested value.
struct TestedValue {
    double value = 0;
    bool valid = false;     // the data could be fitted there, and at least nine tenths of its toys
    double delta_chi2 = 0;  // of the data, above their best fit
    // A toy's Δχ² is below this in the fraction `level` of toys; with the interval that its Monte Carlo error
    // (one σ of the toys' number) leaves for it.
    double critical = 0, critical_low = 0, critical_high = 0;
    Fraction p_value;                 // toys with a Δχ² at least that of the data
    std::uint64_t not_converged = 0;  // toys; have no part
    bool accepted = false;            // Δχ² ≤ critical
    bool certain = false;             // and no less so within the critical value's error
};

struct Interval {
    double low = 0, high = 0;
    // Monte Carlo errors of the ends: how far they move with the critical values' errors. Absent: the
    // interval reaches the grid's edge (or a value that could not be tested) and may go on beyond it, unless
    // that edge is the parameter's limit.
    std::optional<double> low_error, high_error;
};

struct FeldmanCousins {
    std::size_t parameter = 0;
    double level = 0;                 // confidence level
    std::vector<TestedValue> tested;  // those of the grid that were finished, in its order
    std::vector<Interval> intervals;  // accepted values; ends interpolated between tested ones
    bool interrupted = false;
};

// Tests each value of an ascending grid with `toys.toys` toys. Errors REFUSED: a level not between 0 and 1,
// fewer than 10 toys, a grid that does not ascend, and those of profile() and ToySource. Progress counts all
// toys of the grid.
proto::Result<FeldmanCousins> feldman_cousins(const Likelihood& likelihood, const Minimum& best,
                                              std::size_t parameter, std::span<const double> grid,
                                              double level, const ToyOptions& toys,
                                              const MinimiserOptions& options = toy_precision());

}  // namespace spillgate::offline::fit
