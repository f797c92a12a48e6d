// Physical constants. Particle Data Group: R.L. Workman et al., PTEP 2022, 083C01; fundamental constants of
// CODATA 2018 (E. Tiesinga et al., Rev. Mod. Phys. 93 (2021) 025010). Energies and masses in MeV (ħ = c = 1).
#pragma once

#include <numbers>

namespace spillgate::offline::cevns {

inline constexpr double hbar_c_mev_fm = 197.3269804;
inline constexpr double cm_per_fm = 1e-13;
// Turns MeV⁻² into cm².
inline constexpr double hbar_c_squared_mev2_cm2 = hbar_c_mev_fm * hbar_c_mev_fm * cm_per_fm * cm_per_fm;
inline constexpr double mev_per_kev = 1e-3;
inline constexpr double cm_per_m = 100;

inline constexpr double fermi_constant_per_mev2 = 1.1663788e-11;
inline constexpr double electron_mass_mev = 0.51099895000;
inline constexpr double muon_mass_mev = 105.6583755;
inline constexpr double pion_mass_mev = 139.57039;
inline constexpr double pion_lifetime_ns = 26.033;
inline constexpr double muon_lifetime_ns = 2196.9811;
inline constexpr double axial_coupling = 1.2754;  // g_A = −λ of neutron decay

// Weak mixing angle at zero momentum transfer, MS-bar: J. Erler and R. Ferro-Hernández, JHEP 03 (2018) 196,
// as in the PDG's review of the electroweak model.
inline constexpr double sin2_theta_w = 0.23863;

inline constexpr double elementary_charge_c = 1.602176634e-19;
inline constexpr double avogadro_per_mol = 6.02214076e23;
inline constexpr double atomic_mass_unit_mev = 931.49410242;

// Radii that lead from a nucleus' charge radius to that of its protons as points: of the proton; the
// neutron's mean square (taken positive; it is negative); the Darwin–Foldy term 3/(4 m_p²).
inline constexpr double proton_charge_radius_fm = 0.8409;
inline constexpr double minus_neutron_charge_radius_squared_fm2 = 0.1161;
inline constexpr double darwin_foldy_fm2 = 0.033;

// Of a neutrino from the decay of a pion at rest: (m_π² − m_μ²)/(2 m_π) = 29.792 MeV.
inline constexpr double pion_decay_line_mev =
    (pion_mass_mev * pion_mass_mev - muon_mass_mev * muon_mass_mev) / (2 * pion_mass_mev);
// The end of both spectra of muons that decay at rest, in the limit of a massless electron.
inline constexpr double muon_decay_end_mev = muon_mass_mev / 2;

inline constexpr double pi = std::numbers::pi;

}  // namespace spillgate::offline::cevns
