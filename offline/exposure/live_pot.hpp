// Protons on target while a spectrum was live, from the ledger's charge.
#pragma once

#include <cstdint>

#include "offline/spectra/spectra.hpp"

namespace spillgate::offline {

// Of an average channel: exposure is summed over the spectrum's channels, and a beam serves all of them.
struct LivePot {
    double measured = 0, estimated = 0;        // protons
    std::uint64_t windows = 0;                 // C windows that pass …
    std::uint64_t windows_without_charge = 0;  // … of them those whose charge is missing or uncorrected

    double known() const { return measured + estimated; }
    // Their share; 0 without windows. So much more than known() were the protons, if no spill differs.
    double unknown_share() const {
        return windows == 0 ? 0 : static_cast<double>(windows_without_charge) / static_cast<double>(windows);
    }
};

// `channels`: of HistogramView, at least 1.
LivePot live_pot(const ExposureSums& exposure, std::uint32_t channels);

}  // namespace spillgate::offline
