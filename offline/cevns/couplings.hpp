// Weak vector couplings of protons and neutrons to each flavour.
#pragma once

#include <cstddef>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

// What a pion that decays at rest, and then its muon, send out: one of each.
enum class Flavour : std::size_t { NU_MU, NU_E, ANTI_NU_MU };
inline constexpr std::size_t flavours = 3;

// The amplitude of a nucleus is g_p Z F_p + g_n N F_n.
struct Couplings {
    double g_p_nu_e = 0;
    double g_p_nu_mu = 0;  // the antineutrino's as well
    double g_n = 0;

    double g_p(Flavour flavour) const { return flavour == Flavour::NU_E ? g_p_nu_e : g_p_nu_mu; }
};

// At tree level: g_p = 1/2 − 2 sin²θ_W, g_n = −1/2.
inline Couplings tree_couplings(double sin2 = sin2_theta_w) {
    const double g_p = 0.5 - 2 * sin2;
    return {g_p, g_p, -0.5};
}

// With radiative corrections: M. Atzori Corona et al., arXiv:2205.09484. Away from their sin²θ_W the proton's
// couplings follow the tree's slope, −2.
inline Couplings corrected_couplings(double sin2 = sin2_theta_w) {
    const double shift = -2 * (sin2 - sin2_theta_w);
    return {0.0382 + shift, 0.0300 + shift, -0.5117};
}

}  // namespace spillgate::offline::cevns
