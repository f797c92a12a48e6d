// SPE calibrations: from runs to a calibration. First file to read of this folder; calibration_file.hpp
// writes and reads them, applied_calibrations.hpp puts them into a config.
#pragma once

#include <string>
#include <vector>

#include "offline/calibration/spe_fit.hpp"
#include "offline/calibration/spe_spectrum.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

struct SpeCalibrationOptions {
    std::string chain;  // empty: the config's only PMT chain
    SpeSpectrumOptions spectrum;
    SpeFitOptions fit;
};

// Reads every whole record of the runs, which must share one config. Damage of a run is skipped as RunReader
// does. Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED; CONFIG (no PMT chain, or several and none named; options
// out of range; configs that differ).
proto::Result<wire::SpeCalibration> calibrate_spe(const std::vector<std::string>& run_directories,
                                                  const SpeCalibrationOptions& options);

// A table for people: one line per slice.
std::string calibration_table(const wire::SpeCalibration& calibration);

}  // namespace spillgate::offline
