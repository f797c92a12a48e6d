// Gamma lines of calibration sources. Energies: Evaluated Nuclear Structure Data File (NNDC).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillgate::offline {

struct GammaLine {
    double energy_kev = 0;
    bool sharp =
        true;  // false: broader than the detector's resolution (annihilation, Doppler); shown, not used
};

struct GammaSource {
    std::string_view name;
    std::string_view what;
    std::vector<GammaLine> lines;  // by energy
};

// th228, co60, eu152, cs137; a pulser has no lines of its own.
std::span<const GammaSource> gamma_sources();

}  // namespace spillgate::offline
