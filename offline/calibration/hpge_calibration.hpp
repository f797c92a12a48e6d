// HPGe calibrations: from runs with a source or a pulser to decay constants and energy scales. First file to
// read of the HPGe part of this folder; docs/reconstruction.md says what is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/calibration/energy_scale.hpp"
#include "offline/calibration/gamma_lines.hpp"
#include "offline/calibration/hpge_pulses.hpp"
#include "proto/result.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

struct HpgeCalibrationOptions {
    std::string chain;             // empty: the config's only HPGe chain
    std::string source = "th228";  // for the file; "lines" if they were given one by one
    std::vector<GammaLine> lines;
    ScaleForm form = ScaleForm::LINEAR;  // with fewer than three lines found, or only one given: PROPORTIONAL
    std::optional<std::int64_t> valid_from_utc_ns,
        valid_to_utc_ns;  // unset: from their first slot to their last
};

// Reads every whole record of the runs, which must share one config. A channel that cannot be calibrated has
// a slice with fitted = false and the problem in words. Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED; CONFIG
// (no HPGe chain, or several and none named; no line; a validity that holds at no time; configs that differ).
proto::Result<wire::HpgeCalibration> calibrate_hpge(const std::vector<std::string>& run_directories,
                                                    const HpgeCalibrationOptions& options);

// One channel: decay constant, lines, scale. Fills everything but channel and validity.
wire::HpgeSliceFit fit_hpge(const HpgeChannelPulses& channel, double chain_decay_ns,
                            const HpgeCalibrationOptions& options);

// A table for people: channels, and below each its lines.
std::string calibration_table(const wire::HpgeCalibration& calibration);

}  // namespace spillgate::offline
