// When a fault strikes: by chance, from the configured seed.
#pragma once

#include <cstdint>

#include "hw/simulation/random.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator {

// Not thread-safe: each thread of a device has one, told apart by `stream`.
class FaultDraws {
  public:
    FaultDraws(const config::EmulatedFaults& faults, std::uint64_t stream)
        : random_({faults.seed(), stream}), stream_(stream), faults_(faults) {}

    // From now on; the draws begin anew.
    void apply(const config::EmulatedFaults& faults) { *this = FaultDraws(faults, stream_); }

    const config::EmulatedFaults& faults() const { return faults_; }
    // Draws only for what can happen, so that other faults keep their sequence.
    bool strikes(double fraction) { return fraction > 0 && random_.chance(fraction); }
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_.below(n)); }

  private:
    simulation::Random random_;
    std::uint64_t stream_;
    config::EmulatedFaults faults_;
};

}  // namespace spillgate::hw::emulator
