// What loopback UDP carries without anything to do: the reference of what comes over it.
#pragma once

#include <cstddef>

#include "proto/result.hpp"

namespace spillgate::bench {

// Bytes per second that one thread receives of datagrams of `bytes` that another sends as fast as it can, for
// `seconds`. Errors: IO.
proto::Result<double> loopback_speed(std::size_t bytes, double seconds);

}  // namespace spillgate::bench
