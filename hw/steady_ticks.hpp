// Device clocks that follow the host's steady clock: tick n of a clock of frequency f is the moment n / f. So
// all clocks of one host keep time with each other, whichever process they are in.
#pragma once

#include <cstdint>

namespace spillgate::hw {

// Exact to the tick for years. `steady_ns` as of hw/pace.hpp.
std::int64_t tick_at(std::int64_t steady_ns, double frequency_hz);
// The first ns that is not before the tick.
std::int64_t moment_ns(std::int64_t tick, double frequency_hz);

}  // namespace spillgate::hw
