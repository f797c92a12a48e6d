// A muon-veto panel's channel.
#pragma once

#include "hw/simulation/detector_kind.hpp"

namespace spillgate::hw::simulation {

// One pulse per MUON deposit, as high as the deposit says, of FWHM `width_ns`; the channel comes after the
// detectors. Its input is `input`.
Channel veto_channel(const Parameters& parameters, double width_ns, const Input& input);

}  // namespace spillgate::hw::simulation
