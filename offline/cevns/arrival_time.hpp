// When neutrinos arrive: the proton pulse, convolved with the decays of pions and muons. Times in ns.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "offline/cevns/constants.hpp"
#include "offline/cevns/pulse.hpp"
#include "offline/cevns/time_efficiency.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// An integral over a range of times, and its derivative with respect to the onset.
struct TimeIntegral {
    double value = 0;
    double by_onset_per_ns = 0;
};

// A density in time, normalised to 1. Everything is in closed form: a Gaussian ⊗ exponentials by error
// functions, a table ⊗ exponentials piece by piece; partial fractions join two decays. Costs: a Gaussian is
// O(1) per call, a table O(log n) per density and O(n) per integral.
class ArrivalTime {
  public:
    // `lifetimes_ns`: none (the pulse itself, or a prompt shape that holds the pion's decay already), one, or
    // two that differ. Errors: CONFIG for a bad pulse (check(ProtonPulse)), lifetimes that are not positive,
    // equal, or more than two.
    static proto::Result<ArrivalTime> make(const ProtonPulse& pulse, std::span<const double> lifetimes_ns);
    // ν_μ: pulse ⊗ pion.
    static proto::Result<ArrivalTime> prompt(const ProtonPulse& pulse);
    // ν_e, ν̄_μ: pulse ⊗ pion ⊗ muon.
    static proto::Result<ArrivalTime> delayed(const ProtonPulse& pulse);
    // ν_e, ν̄_μ, from the shape of the prompt neutrinos as it is published.
    static proto::Result<ArrivalTime> delayed_of_prompt(const TabulatedPulse& prompt_shape);

    double density_per_ns(double time_ns) const;
    // ∫ f(t − onset) ε(t) dt from `begin` to `end` (either may be infinite; `end` ≥ `begin`).
    TimeIntegral integral(double begin_ns, double end_ns, double onset_ns = 0,
                          const TimeEfficiency& efficiency = {}) const;

  private:
    // weight × Gaussian ⊗ exponential of this lifetime (0: the Gaussian itself).
    struct Term {
        double weight = 0, mean_ns = 0, sigma_ns = 0, lifetime_ns = 0;
    };
    // From `begin` to the next piece, or for ever, in u = t − begin:
    // constant + slope·u + Σ decay[i]·exp(−u/lifetime[i]).
    struct Piece {
        double begin_ns = 0, constant = 0, slope = 0;
        double decay[2] = {0, 0};
    };
    struct Pieces {
        double lifetime_ns[2] = {1, 1};
        std::vector<Piece> pieces;
    };
    static Pieces pieces_of(const TabulatedPulse& table, std::span<const double> lifetimes_ns);
    double piecewise_density(double time_ns) const;
    // ∫ f(t) exp(−tilt·(t − from)) dt.
    double tilted(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const;
    double tilted_terms(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const;
    double tilted_pieces(double begin_ns, double end_ns, double tilt_per_ns, double from_ns) const;

    std::vector<Term> terms_;  // of a Gaussian pulse
    Pieces table_;             // of a table: of one bunch
    std::vector<Bunch> bunches_;
};

// The shape without an efficiency that it contains.
TabulatedPulse without_efficiency(TabulatedPulse shape, const TimeEfficiency& efficiency);

}  // namespace spillgate::offline::cevns
