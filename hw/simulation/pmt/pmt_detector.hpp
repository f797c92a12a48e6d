// Detectors that PMTs look at: CsI, liquid argon, NaI.
#pragma once

#include "hw/simulation/beam.hpp"
#include "hw/simulation/detector_kind.hpp"

namespace spillgate::hw::simulation::pmt {

DetectorKind pmt_detector(const Parameters& parameters, const Beam& beam);

}  // namespace spillgate::hw::simulation::pmt
