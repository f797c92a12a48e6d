// One detector, simulated, reconstructed and compared with what was deposited.
#pragma once

#include <cstdint>

#include "proto/result.hpp"
#include "tests/truth/detectors.hpp"
#include "tests/truth/report.hpp"

namespace spillgate::truth {

// Each of `threads` simulates its share of `seconds`, with a seed of its own from `seed` on. Errors: as
// simulate(); IO (no folder for truth lists).
proto::Result<DetectorReport> compare(const Detector& detector, double seconds, unsigned threads,
                                      std::uint64_t seed);

}  // namespace spillgate::truth
