#include "daq/clocks/wall_clock_check.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::daq {

namespace {
constexpr std::int64_t stretch_ns = 10'000'000'000;
constexpr double step_ns = 20e6;
constexpr double slope = 50e-6;
}  // namespace

bool WallClockCheck::observe(const proto::ClockTime& reading, std::int64_t utc_ns) {
    if (!first_ || !first_->comparable(reading)) {
        first_ = reading;
        first_utc_ns_ = stretch_begin_ns_ = utc_ns;
        least_delay_ns_ = 0;
        reference_delay_ns_.reset();
        return false;
    }
    const double elapsed_ns = proto::ns_from_ticks(proto::ticks_between(reading, *first_), frequency_hz_);
    const double delay_ns = static_cast<double>(utc_ns - first_utc_ns_) - elapsed_ns;
    least_delay_ns_ = std::min(least_delay_ns_, delay_ns);
    if (std::abs(utc_ns - stretch_begin_ns_) < stretch_ns) return false;

    const double least = least_delay_ns_;
    stretch_begin_ns_ = utc_ns;
    least_delay_ns_ = delay_ns;
    suspect_ = false;
    if (!reference_delay_ns_) {
        reference_delay_ns_ = least;
        reference_utc_ns_ = utc_ns;
        return false;
    }
    const auto since_ns = static_cast<double>(std::abs(utc_ns - reference_utc_ns_));
    if (std::abs(least - *reference_delay_ns_) <= step_ns + slope * since_ns) return false;
    suspect_ = true;
    reference_delay_ns_ = least;
    reference_utc_ns_ = utc_ns;
    return true;
}

}  // namespace spillgate::daq
