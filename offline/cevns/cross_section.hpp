// The cross section of coherent elastic neutrino-nucleus scattering on one isotope.
//
// dσ/dT = G_F² M/π · { (1 − T/E − MT/(2E²))·[g_p Z F_p + g_n N F_n]² + (1 − T/E + MT/(2E²))·axial }, q² =
// 2MT, zero outside 0 ≤ T ≤ 2E²/(M + 2E): D.Z. Freedman, Phys. Rev. D 9 (1974) 1389; M. Lindner et al., JHEP
// 03 (2017) 097; M. Hoferichter et al., Phys. Rev. D 102 (2020) 074018.
#pragma once

#include "offline/cevns/couplings.hpp"
#include "offline/cevns/energy_spectrum.hpp"
#include "offline/cevns/form_factor.hpp"
#include "offline/cevns/nuclide.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// A nucleus as the neutrino sees it.
struct NuclearModel {
    Nuclide nuclide;
    FormFactor proton, neutron;
    double proton_rms_fm = 0, neutron_rms_fm = 0;  // of points
    // The spin-dependent part of an odd nucleus with known spins: G_F² M/(4π) × 4/3 g_A² (J+1)/J (S_p −
    // S_n)², times F² of the kind of nucleon that carries more of the spin. Two-body currents, which take
    // some 20 % off it, and its own dependence on q are left out; in all it adds 0.3 % to 23Na and less to
    // heavier nuclei.
    bool axial = false;
    // The incoherent part of V.A. Bednyakov and D.V. Naumov, Phys. Rev. D 98 (2018) 053004, A²G + A(1 − G)
    // with G = |F|², generalised to two kinds of nucleons: + g_p² Z(1 − F_p²) + g_n² N(1 − F_n²). The energy
    // that excites the nucleus is neglected.
    bool incoherent = false;
};

// With Helm's form factor for both kinds of nucleons and the nuclide's own radii.
NuclearModel default_nuclear_model(const Nuclide& nuclide);

// Whether both radii suit their form factors up to the recoils that neutrinos of this energy give. Errors:
// CONFIG.
proto::Status check(const NuclearModel& model, double max_energy_mev);

// The squared amplitude of the vector part, with the incoherent part if the model has it.
double squared_amplitude(const NuclearModel& model, const Couplings& couplings, Flavour flavour,
                         double recoil_kev);
// What stands for it in the axial part: 0 without.
double squared_axial_amplitude(const NuclearModel& model, double recoil_kev);
// That at q = 0, for the switch alone.
double axial_strength(const Nuclide& nuclide);

// dσ/dT of one neutrino.
double differential_cross_section_cm2_per_kev(const NuclearModel& model, const Couplings& couplings,
                                              Flavour flavour, double energy_mev, double recoil_kev);
// ⟨dσ/dT⟩ over a spectrum.
double averaged_differential_cm2_per_kev(const NuclearModel& model, const Couplings& couplings,
                                         Flavour flavour, const EnergySpectrum& spectrum, double recoil_kev);
// ⟨σ⟩ over a spectrum, per nucleus: adaptive quadrature to 1e-9.
double averaged_cross_section_cm2(const NuclearModel& model, const Couplings& couplings, Flavour flavour,
                                  const EnergySpectrum& spectrum);

}  // namespace spillgate::offline::cevns
