// Clock readings. Gating and ordering use these alone, in integer arithmetic; wall time only labels.
#pragma once

#include <compare>
#include <cstdint>

namespace spillgate::proto {

// Ticks of one clock domain since the start of an epoch, plus a fraction in 1/65536 tick. The epoch goes up
// when a device's counter is cleared or the device is re-adopted: readings of different domains or epochs
// have no order.
struct ClockTime {
    std::uint32_t domain = 0;
    std::uint32_t epoch = 0;
    std::int64_t ticks = 0;
    std::uint16_t fraction = 0;

    bool comparable(const ClockTime& other) const { return domain == other.domain && epoch == other.epoch; }
    bool operator==(const ClockTime&) const = default;
};

// Order of two comparable readings.
inline bool before(const ClockTime& a, const ClockTime& b) {
    return a.ticks != b.ticks ? a.ticks < b.ticks : a.fraction < b.fraction;
}

// a − b in ticks with its fraction, for comparable readings. Exact to 2^-16 tick while |a − b| < 2^36 ticks
// (275 s at 250 MHz), and to better than 1e-11 beyond.
inline double ticks_between(const ClockTime& a, const ClockTime& b) {
    return static_cast<double>(a.ticks - b.ticks) +
           (static_cast<double>(a.fraction) - static_cast<double>(b.fraction)) / 65536.0;
}

// The reading `ticks` later (whole ticks).
inline ClockTime advanced(ClockTime time, std::int64_t ticks) {
    time.ticks += ticks;
    return time;
}

// Nanoseconds → ticks, to the nearest tick (halves away from zero).
std::int64_t ticks_from_ns(double ns, double frequency_hz);
// Ticks → nanoseconds.
double ns_from_ticks(double ticks, double frequency_hz);

// UTC of the host clock in ns since 1970: a label, never a gate.
std::int64_t utc_now_ns();

}  // namespace spillgate::proto
