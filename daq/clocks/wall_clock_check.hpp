// Compares a device's clock with the host's, which labels but never gates. Only for sources that run in real
// time.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/time.hpp"

namespace spillgate::daq {

// Readings reach the host late by a varying time, but hardly ever early: the least delay in a stretch of 10 s
// is steady. The clocks have parted when it changes by more than 20 ms and 50 ppm of the time since the
// reference was taken. That is either a device's oscillator or a step of the host's clock; the reference is
// then taken anew.
class WallClockCheck {
  public:
    explicit WallClockCheck(double frequency_hz) : frequency_hz_(frequency_hz) {}
    // A reading that has just come, and the host's UTC. True once for each time that the clocks have parted.
    bool observe(const proto::ClockTime& reading, std::int64_t utc_ns);
    // The clocks parted in the last complete stretch.
    bool suspect() const { return suspect_; }

  private:
    double frequency_hz_;
    std::optional<proto::ClockTime> first_;  // delays count from here
    std::int64_t first_utc_ns_ = 0;
    std::int64_t stretch_begin_ns_ = 0;
    double least_delay_ns_ = 0;
    std::optional<double> reference_delay_ns_;
    std::int64_t reference_utc_ns_ = 0;
    bool suspect_ = false;
};

}  // namespace spillgate::daq
