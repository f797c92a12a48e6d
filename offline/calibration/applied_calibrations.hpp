// Calibration files put into a config: what they say holds instead of what the config says.
#pragma once

#include <span>
#include <string>

#include "offline/calibration/calibration_file.hpp"
#include "offline/calibration/calibration_runs.hpp"
#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

struct NamedCalibration {
    std::string path;
    Calibration calibration;
};

// The config with the fitted slices of each file in its chain, in place of those of the config; several files
// of one chain add up. What holds for a slot is the slice whose validity contains the slot's UTC label.
// Errors: CONFIG (no such chain or channel).
proto::Result<proto::LoadedConfig> with_calibrations(const proto::LoadedConfig& config,
                                                     std::span<const NamedCalibration> calibrations);

// Whether the fitted slices hold at each of a run's UTC labels (ascending), for each channel that the files
// name: all files of one kind and chain together. Errors: CONFIG, with file, channel and the gap.
proto::Status check_validity(std::span<const NamedCalibration> calibrations,
                             std::span<const std::int64_t> utc_labels);

}  // namespace spillgate::offline
