// An experiment's CEvNS signal before the detector's resolution and efficiency: what a simulation deposits.
#pragma once

#include <string>
#include <vector>

#include "offline/experiment/data_folder.hpp"
#include "offline/experiment/experiment_file.hpp"

namespace spillgate::offline {

// Events per proton in bins of the electron-equivalent energy, or of the recoil energy if the experiment has
// no quenching, in keV: edges of equal bins from 0 to the highest possible recoil.
struct SignalTable {
    std::string unit;  // "keVee", "keVnr"
    std::vector<double> edges_kev;
    std::vector<double> prompt, delayed;
};

// Errors: as Signal::make.
proto::Result<SignalTable> signal_table(const LoadedExperiment& experiment, const DataFolder& folder);

// One line per bin: lower and upper edge, prompt and delayed events per proton; a heading says of what.
std::string text_of(const SignalTable& table, const LoadedExperiment& experiment);

}  // namespace spillgate::offline
