// The CEvNS spectrum that an experiment predicts, in the bins of a spectrum of a configuration.
#pragma once

#include <string_view>
#include <vector>

#include "offline/experiment/experiment_file.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline {

// CEvNS events per proton on target, row-major, the first axis slowest, without under- and overflow. Axes may
// be `pe` (or `energy_kev`, as the experiment has its size) and `t_rec_us`; cuts of the spectrum and its
// selection on these are applied, all other cuts are taken to be in the experiment's efficiency. A size that
// is neither an axis nor cut goes from 0 to the end of the experiment's axis. Errors: as DataFolder; CONFIG
// (no such spectrum, an axis that is not predicted, a released signal shape, which has bins of its own, heavy
// water).
proto::Result<std::vector<double>> predicted_per_proton(const LoadedExperiment& experiment,
                                                        const DataFolder& folder,
                                                        const config::Config& config,
                                                        std::string_view spectrum);

}  // namespace spillgate::offline
