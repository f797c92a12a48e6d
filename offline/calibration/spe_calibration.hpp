// SPE calibrations: from runs to a calibration. First file to read of this folder; calibration_file.hpp
// writes and reads them, applied_calibrations.hpp puts them into a config.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "offline/calibration/spe_fit.hpp"
#include "offline/calibration/spe_spectrum.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

struct SpeCalibrationOptions {
    std::string chain;            // empty: the config's only PMT chain
    SpeSpectrumOptions spectrum;  // its max_adc is that of the fit
    SpeShape shape = SpeShape::POLYA;
    std::uint64_t min_entries = SpeFitOptions().min_entries;
    // Of the fit, ADC·samples; unset: around the SPE charge of the chain's config (spe_fit_around).
    std::optional<double> start_adc, min_adc, max_adc;
};

// Reads every whole record of the runs, which must share one config. Damage of a run is skipped as RunReader
// does. Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED; CONFIG (no PMT chain, or several and none named; options
// out of range; configs that differ).
proto::Result<wire::SpeCalibration> calibrate_spe(const std::vector<std::string>& run_directories,
                                                  const SpeCalibrationOptions& options);

// A table for people: one line per slice.
std::string calibration_table(const wire::SpeCalibration& calibration);

}  // namespace spillgate::offline
