// SPE calibrations: from runs to a calibration file, and from that file into a config. First file to read of
// this folder.
#pragma once

#include <string>
#include <vector>

#include "offline/calibration/spe_fit.hpp"
#include "offline/calibration/spe_spectrum.hpp"
#include "proto/config_loader.hpp"
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

// The file's text, its hash set; equal content is equal text.
std::string calibration_text(wire::SpeCalibration calibration);
// Errors: CORRUPT (no calibration, hash that does not hold), UNSUPPORTED (major version).
proto::Result<wire::SpeCalibration> parse_calibration(const std::string& text, const std::string& name);
// Errors: NOT_FOUND, IO, and those of parse_calibration.
proto::Result<wire::SpeCalibration> load_calibration(const std::string& path);
// Replaces the file at `path`. Errors: IO, DISK_FULL.
proto::Status save_calibration(const wire::SpeCalibration& calibration, const std::string& path);

// The config with the calibration's fitted slices in its chain, in place of earlier ones: what holds for a
// slot is the slice whose validity contains the slot's UTC label. Errors: CONFIG (no such chain or channel).
proto::Result<proto::LoadedConfig> with_calibration(const proto::LoadedConfig& config,
                                                    const wire::SpeCalibration& calibration);

// A table for people: one line per slice.
std::string calibration_table(const wire::SpeCalibration& calibration);

}  // namespace spillgate::offline
