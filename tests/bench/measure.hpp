// Repeated, timed calls (Google Benchmark's clockwork), and the reference that speeds are compared with.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace spillgate::bench {

// Median over the repetitions of the wall time of one call, in seconds. A repetition lasts at least half a
// second.
double median_seconds(const std::function<void()>& call);

double median(std::vector<double> values);

// Speed of reading `bytes` once, front to back, into registers, in bytes/s: what no code that looks at them
// can exceed.
double memory_read_speed(std::span<const std::byte> bytes);

}  // namespace spillgate::bench
