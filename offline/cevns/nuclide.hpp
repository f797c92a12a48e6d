// Isotopes, elements and detector materials: masses, compositions, radii.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// Of the spin-dependent part: total angular momentum, and expectation values of the protons' and neutrons'
// spins.
struct NuclearSpin {
    double j = 0, s_p = 0, s_n = 0;
};

// One isotope.
struct Nuclide {
    std::string_view name;  // "Ar40"
    int z = 0, a = 0;
    double atomic_mass_u = 0;     // AME2020: M. Wang et al., Chin. Phys. C 45 (2021) 030003
    double charge_radius_fm = 0;  // rms: I. Angeli and K.P. Marinova, At. Data Nucl. Data Tables 99 (2013) 69
    double neutron_radius_fm = 0;       // rms, of points; where a fit starts, and what a prediction takes
    std::optional<NuclearSpin> spin{};  // none: even, or not tabulated

    int n() const { return a - z; }
    // Of the nucleus: the atom less its electrons. Their binding (below 1e-6 of the mass up to lead) is
    // neglected.
    double mass_mev() const;
    // Rms radius of the protons as points: R_p² = R_ch² − r_p² + |r_n²|·N/Z − 3/(4 m_p²).
    double proton_radius_fm() const;
};

// Every isotope that is known here, by Z and A.
std::span<const Nuclide> nuclides();
// Errors: NOT_FOUND, with what there is.
proto::Result<Nuclide> find_nuclide(std::string_view name);

// Part of a material: `per_formula` nuclei in each formula unit.
struct Constituent {
    Nuclide nuclide;
    double per_formula = 0;
};

// A substance of natural isotopic composition, in mole fractions (J. Meija et al., Pure Appl. Chem. 88 (2016)
// 293).
struct Material {
    std::string_view name;  // "CsI"
    std::vector<Constituent> constituents;

    double formula_mass_u() const;
};

// Ar, Ge, Xe, CsI, NaI; LAr and LXe are names of Ar and Xe. Dopants are left out. Errors: NOT_FOUND, with
// what there is.
proto::Result<Material> find_material(std::string_view name);

struct TargetNuclide {
    Nuclide nuclide;
    double nuclei = 0;
};

// How many nuclei of each isotope a mass holds. Errors: CONFIG for a mass that is not positive.
proto::Result<std::vector<TargetNuclide>> target_nuclides(const Material& material, double mass_kg);

}  // namespace spillgate::offline::cevns
