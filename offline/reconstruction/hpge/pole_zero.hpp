// The preamplifier's decay, and how it is undone.
//
// A charge preamplifier answers a step of height A at sample k with v[n] = A·aⁿ⁻ᵏ, a = exp(−Δt/τ). Then v[n]
// − a·v[n−1] is zero but at k, and its running sum is the step again:
//     p[n] = Σ_{m≤n} (v[m] − a·v[m−1]) = v[n] + λ·Σ_{m<n} v[m],   λ = 1 − a = 1 − exp(−Δt/τ),
// flat for every n ≥ k without any approximation. (Jordanov and Knoll, NIM A345 (1994) 337, section 2, have
// the same with M = τ/Δt for 1/λ, which holds to first order only.)
//
// With S[n] = Σ_{m<n} x[m] the sums of samples and B the baseline, v = x − B, the trapezoid of rise r and
// flat top f, times r, of the r samples that end before position e and the r samples before those and the
// flat top, is
//     r·T(e) = D1(e) + λ·(D2(e) − B·r·(r + f)),
//     D1(e) = S[e] − S[e−r] − S[e−r−f] + S[e−2r−f],   D2(e) = Σ_{m=e−r}^{e−1} (S[m] − S[m−r−f]),
// D1 and D2 exact integers, D2(e+1) − D2(e) = D1(e). The baseline drops out of D1.
#pragma once

namespace spillgate::offline::hpge {

// λ = 1 − exp(−ratio), ratio = Δt/τ > 0. By a series and doubling, in basic operations of fixed order, since
// the library's exponential differs between machines in its last bit. Relative error below 1e-15.
double decay_fraction(double ratio);

}  // namespace spillgate::offline::hpge
