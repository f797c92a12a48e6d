// Elastic scattering of a neutrino on a nucleus at rest: M, E and limits in MeV, recoil energies T in keV.
#pragma once

#include <cmath>

#include "offline/cevns/constants.hpp"
#include "offline/cevns/energy_spectrum.hpp"

namespace spillgate::offline::cevns {

// The largest recoil: T_max = 2E²/(M + 2E).
inline double max_recoil_kev(double energy_mev, double mass_mev) {
    return 2 * energy_mev * energy_mev / (mass_mev + 2 * energy_mev) / mev_per_kev;
}

// The least energy that gives a recoil: (T + √(T² + 2MT))/2.
inline double min_neutrino_energy_mev(double recoil_kev, double mass_mev) {
    const double t = recoil_kev * mev_per_kev;
    return 0.5 * (t + std::sqrt(t * (t + 2 * mass_mev)));
}

// q = √(2MT)/ħc.
inline double momentum_transfer_per_fm(double recoil_kev, double mass_mev) {
    return std::sqrt(2 * mass_mev * recoil_kev * mev_per_kev) / hbar_c_mev_fm;
}

// G_F² M/π in cm²/keV.
inline double cross_section_scale_cm2_per_kev(double mass_mev) {
    return fermi_constant_per_mev2 * fermi_constant_per_mev2 * mass_mev / pi * hbar_c_squared_mev2_cm2 *
           mev_per_kev;
}

// What multiplies the squared amplitudes: of the vector part 1 − T/E − MT/(2E²), of the axial part 1 − T/E +
// MT/(2E²); averaged over a spectrum.
struct Kinematics {
    double vector = 0;
    double axial = 0;
};

inline Kinematics kinematics(double recoil_kev, double mass_mev, const EnergyMoments& flux) {
    const double t = recoil_kev * mev_per_kev;
    const double constant = flux.i0 - t * flux.i1_per_mev;
    const double quadratic = 0.5 * mass_mev * t * flux.i2_per_mev2;
    return {std::fmax(0.0, constant - quadratic), constant + quadratic};
}

inline Kinematics kinematics(double recoil_kev, double mass_mev, const EnergySpectrum& spectrum) {
    if (!(recoil_kev >= 0)) return {};
    return kinematics(recoil_kev, mass_mev, spectrum.above(min_neutrino_energy_mev(recoil_kev, mass_mev)));
}

}  // namespace spillgate::offline::cevns
