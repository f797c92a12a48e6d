// Order and small arithmetic of clock readings of one domain, across epochs.
#pragma once

#include <cmath>

#include "proto/time.hpp"

namespace spillgate::daq {

// Readings of a later epoch come after all of an earlier one: what a stream of one domain delivers in order.
inline bool earlier(const proto::ClockTime& a, const proto::ClockTime& b) {
    return a.epoch != b.epoch ? a.epoch < b.epoch : proto::before(a, b);
}

// The reading `ticks` later, the fraction kept.
inline proto::ClockTime shifted(proto::ClockTime time, double ticks) {
    const double sum = ticks + static_cast<double>(time.fraction) / 65536.0;
    const double whole = std::floor(sum);
    time.ticks += static_cast<std::int64_t>(whole);
    time.fraction = static_cast<std::uint16_t>((sum - whole) * 65536.0);
    return time;
}

}  // namespace spillgate::daq
