#include "proto/time.hpp"

#include <chrono>
#include <cmath>

namespace spillgate::proto {

std::int64_t ticks_from_ns(double ns, double frequency_hz) {
    return static_cast<std::int64_t>(std::llround(ns * frequency_hz * 1e-9));
}

double ns_from_ticks(double ticks, double frequency_hz) {
    return ticks * (1e9 / frequency_hz);
}

std::int64_t utc_now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace spillgate::proto
