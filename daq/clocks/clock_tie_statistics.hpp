// How well one clock is tied to the reference.
#pragma once

#include <cstdint>

namespace spillgate::daq {

struct ClockTieStatistics {
    std::uint32_t domain = 0;
    bool locked = false;
    double frequency_error_ppm = 0;  // against nominal, by the reference clock; 0 before the first lock
    double residual_rms_ns = 0;
    std::uint64_t pairs = 0;  // marks seen by both while locked
    std::uint64_t locks = 0;
};

}  // namespace spillgate::daq
