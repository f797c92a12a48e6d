// The size that a detector reconstructs from an electron-equivalent energy, before any table is made of it.
#pragma once

#include <variant>

#include "offline/cevns/efficiency.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// Photoelectrons as a continuous size x with the gamma density (a(1 + k))^(1 + k) x^k exp(−a(1 + k)x)/Γ(1 +
// k): CsI 2021 (arXiv:2110.07730), a = 0.0749 keV/E_ee, k = 9.56/keV·E_ee. Its mean is E_ee/0.0749 keV =
// 13.35 PE/keV·E_ee, its variance that squared over 1 + k.
struct GammaPhotoelectrons {
    double kev_per_pe = 0.0749;
    double shape_per_kev = 9.56;
};
// Whole photoelectrons n, Poisson. Bins take lo ≤ n < hi; the efficiency of n is taken at n +
// efficiency_offset (CsI 2017 means the middle of 1-PE bins: ½).
struct PoissonPhotoelectrons {
    double pe_per_kev = 0;
    double efficiency_offset = 0.5;
};
// An energy with a normal error: σ² = noise² + stochastic²·E + (constant·E)². CENNS-10: stochastic 0.58 √keV.
struct GaussianEnergy {
    double noise_kev = 0;
    double stochastic_root_kev = 0;
    double constant = 0;
};

using SizeResolution = std::variant<GammaPhotoelectrons, PoissonPhotoelectrons, GaussianEnergy>;

// Errors: CONFIG for parameters that are not positive, or a Gaussian without any width.
proto::Status check(const SizeResolution& resolution);

// Mean and standard deviation of the size.
struct SizeSpread {
    double mean = 0, sigma = 0;
};
SizeSpread spread(const SizeResolution& resolution, double ee_kev);

// The probability that a recoil of this electron-equivalent energy is seen with lo ≤ size < hi: ∫ ε(x) p(x)
// dx, by Gauss–Legendre quadrature between the efficiency's kinks, to 1e-7. At E_ee = 0 (without noise) the
// size is 0.
double seen_probability(const SizeResolution& resolution, const Efficiency& efficiency, double ee_kev,
                        double lo, double hi);

}  // namespace spillgate::offline::cevns
