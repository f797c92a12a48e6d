// The figures of the sensitivity study (arXiv:1903.12120) that docs/analyses/sensitivity.md shows: liquid
// argon and xenon at CSNS, from config/experiments, one year at 10 m.
#pragma once

#include "offline/plot/figure.hpp"

namespace spillgate::figures {

// σ(R_n)/R_n against mass, against what the quenching is known to, and against threshold.
offline::plot::Figure precision_against_mass();
offline::plot::Figure precision_against_quenching();
offline::plot::Figure precision_against_threshold();
// Recoil spectra with Helm's form factor and with none.
offline::plot::Figure spectra();
// Regions of ⟨R²⟩^½ and ⟨R⁴⟩^¼.
offline::plot::Figure moments();

}  // namespace spillgate::figures
