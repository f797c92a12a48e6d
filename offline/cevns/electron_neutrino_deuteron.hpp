// ν_e + d → e⁻ + p + p: the reaction that measures the neutrino flux of a pulsed source in heavy water.
#pragma once

#include "offline/cevns/energy_spectrum.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// Total cross section per deuteron, 0 below the threshold of 1.442 MeV: the table of S. Nakamura et al.,
// Nucl. Phys. A 707 (2002) 561 (nucl-th/0201062), which supersedes Phys. Rev. C 63 (2001) 034617; between its
// points σ/(E − threshold)² by modified Akima interpolation (to 1e-3). Its authors state 1 % at solar
// energies, radiative corrections (a few per cent) not included; at those of a pion source 2 to 3 % are used
// (COHERENT, JINST 16 (2021) P08048). The one measurement there is (52 ± 18)·10⁻⁴² cm² averaged over ν_e
// (S.E. Willis et al., Phys. Rev. Lett. 44 (1980) 522). Errors: CONFIG above 170 MeV, where the table ends.
proto::Result<double> electron_neutrino_deuteron_cm2(double energy_mev);
inline constexpr double electron_neutrino_deuteron_relative_error = 0.03;

// ⟨σ⟩ over a spectrum, by adaptive quadrature to 1e-8. Errors: CONFIG as above.
proto::Result<double> averaged_electron_neutrino_deuteron_cm2(const EnergySpectrum& spectrum);

// Deuterons in heavy water, of which `deuterium_fraction` of the hydrogen is deuterium.
double deuterons(double d2o_mass_kg, double deuterium_fraction = 1);

// Reactions, before any efficiency. Errors: CONFIG for a mass, fluence or fraction that is not positive, and
// as above.
proto::Result<double> electron_neutrino_deuteron_events(double d2o_mass_kg, double nu_e_per_cm2,
                                                        const EnergySpectrum& spectrum,
                                                        double deuterium_fraction = 1);

}  // namespace spillgate::offline::cevns
