// Point-contact HPGe crystals behind charge preamplifiers.
#pragma once

#include "hw/simulation/beam.hpp"
#include "hw/simulation/detector_kind.hpp"

namespace spillgate::hw::simulation::hpge {

DetectorKind hpge_detector(const Parameters& parameters, const Beam& beam);

}  // namespace spillgate::hw::simulation::hpge
