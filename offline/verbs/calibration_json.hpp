// Calibrations for programs: what `calibrate` prints with --json.
#pragma once

#include <boost/json/array.hpp>

#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

boost::json::array slices_json(const wire::SpeCalibration& calibration);
boost::json::array slices_json(const wire::HpgeCalibration& calibration);

}  // namespace spillgate::offline
