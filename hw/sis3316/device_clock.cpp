#include "hw/sis3316/device_clock.hpp"

#include <cmath>
#include <cstdlib>

#include "proto/sis3316_event.hpp"

namespace spillgate::hw::sis3316 {

void DeviceClock::cleared(std::int64_t sent_ns, std::int64_t acknowledged_ns) {
    low_ = Tie{0, acknowledged_ns};
    high_ = Tie{0, sent_ns};
}

void DeviceClock::reached(std::int64_t ticks, std::int64_t by_ns) {
    if (const auto known = lower(by_ns); !known || *known < ticks) low_ = Tie{ticks, by_ns};
}

void DeviceClock::not_beyond(std::int64_t ticks, std::int64_t at_ns) {
    if (const auto known = upper(at_ns); !known || *known > ticks) high_ = Tie{ticks, at_ns};
}

std::optional<std::int64_t> DeviceClock::lower(std::int64_t at_ns) const {
    if (!low_) return std::nullopt;
    const auto passed = static_cast<double>(at_ns - low_->host_ns) * ticks_per_ns_;
    const double slowest = passed > 0 ? 1 - drift : 1 + drift;
    return low_->ticks + static_cast<std::int64_t>(std::floor(passed * slowest));
}

std::optional<std::int64_t> DeviceClock::upper(std::int64_t at_ns) const {
    if (!high_) return std::nullopt;
    const auto passed = static_cast<double>(at_ns - high_->host_ns) * ticks_per_ns_;
    const double fastest = passed > 0 ? 1 + drift : 1 - drift;
    return high_->ticks + static_cast<std::int64_t>(std::ceil(passed * fastest));
}

std::optional<DeviceClock::Estimate> DeviceClock::estimate(std::int64_t at_ns) const {
    const auto low = lower(at_ns);
    const auto high = upper(at_ns);
    if (!low || !high) return std::nullopt;
    const std::int64_t off = std::abs(*high - *low) / 2 + 1;
    return Estimate{*low + (*high - *low) / 2, off};
}

std::int64_t continued(std::uint64_t timestamp, std::int64_t near) {
    const auto wrap = proto::sis3316_timestamp_wrap;
    const auto phase = static_cast<std::int64_t>(timestamp) & (wrap - 1);
    // Rounded to the nearest wrap, towards −∞.
    const std::int64_t distance = near - phase + wrap / 2;
    const std::int64_t wraps = distance >= 0 ? distance / wrap : -((-distance + wrap - 1) / wrap);
    return phase + wraps * wrap;
}

}  // namespace spillgate::hw::sis3316
