// Spectra as `reprocess` would save them, with chosen counts and exposure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offline/export/saved_spectra.hpp"

namespace spillgate::offline::test {

struct OwnSpectraOptions {
    // Of the spectrum "pe_t", inside its axes: PE (8 bins to 40) slowest, t_rec (6 bins to 6 μs).
    std::vector<std::uint64_t> in_time = std::vector<std::uint64_t>(48, 0);
    std::vector<std::uint64_t> anti_coincident = std::vector<std::uint64_t>(48, 0);
    double in_time_live_s = 100, anti_coincident_live_s = 100;
    double charge_c = 20;  // measured
    std::uint64_t windows = 1000, windows_without_charge = 0;
    std::uint32_t run = 12;
    std::uint64_t first_slot = 0, last_slot = 999;
    std::string run_type = "physics", config_sha256 = std::string(64, 'c');
    bool simulated = false, blinded = false;
};

// Flow bins hold 1000 counts each. There are also "t_pe" (the same with its axes exchanged, without counts)
// and "pe" alone.
SavedSpectra own_spectra(const OwnSpectraOptions& options);

// An experiment with the axes of "pe_t" and without data: CsI, of 1e20 POT in its file, with the backgrounds
// ssb (steady state, flat in time by `steady_state`) and brn (10 events, flat).
std::string own_experiment(const std::string& steady_state = "exponential_per_us: 0");

}  // namespace spillgate::offline::test
