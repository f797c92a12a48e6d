// The form factors of an experiment's nuclides: a model with the nuclide's radii, or tables.
#pragma once

#include <string>

#include "offline/cevns/form_factor.hpp"
#include "offline/experiment/data_folder.hpp"

namespace spillgate::offline {

struct NuclideRadii {
    std::string name;     // "Cs133"
    std::string element;  // "Cs"
    double neutron_rms_fm = 0, proton_rms_fm = 0;
    double r4_fm = 0, r6_fm = 0;  // ⟨R⁴⟩^¼ and ⟨R⁶⟩^⅙ of the neutrons
};

struct NuclideFormFactors {
    cevns::FormFactor neutron, proton;
    NuclideRadii radii;  // as configured; with a table those that the table has
};

// `radii`: the usual ones. Of a table of F(q) the radius is that of its curvature at small q, F ≈ 1 −
// ⟨R²⟩q²/6, and ⟨R⁴⟩, ⟨R⁶⟩ are not known. Errors: as DataFolder; CONFIG (radii that no density has, TABULATED
// without a table, a table that is no form factor or density).
proto::Result<NuclideFormFactors> make_form_factors(const config::Nuclear& nuclear, NuclideRadii radii,
                                                    const DataFolder& folder);

}  // namespace spillgate::offline
