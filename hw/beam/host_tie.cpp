#include "hw/beam/host_tie.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::beam {

namespace {

constexpr std::int64_t window_ns = 10'000'000'000;

}  // namespace

void HostTie::clear() {
    observations_ = 0;
    least_.reset();
    least_before_.reset();
}

void HostTie::observe(const proto::ClockTime& watermark, std::int64_t host_ns) {
    if (observations_ == 0 || !watermark.comparable(base_)) {
        clear();
        base_ = watermark;
        base_host_ns_ = window_began_ns_ = host_ns;
    }
    ++observations_;
    if (host_ns - window_began_ns_ > window_ns) {
        least_before_ = least_;
        least_.reset();
        window_began_ns_ = host_ns;
    }
    const double device_ns = proto::ns_from_ticks(proto::ticks_between(watermark, base_), frequency_hz_);
    const std::int64_t delay = host_ns - base_host_ns_ - std::llround(device_ns);
    least_ = std::min(least_.value_or(delay), delay);
}

std::optional<proto::ClockTime> HostTie::reading(std::int64_t host_ns) const {
    if (!known()) return std::nullopt;
    const std::int64_t least = least_ && least_before_ ? std::min(*least_, *least_before_)
                                                       : least_.value_or(least_before_.value_or(0));
    const auto since_ns = static_cast<double>(host_ns - base_host_ns_ - least);
    return proto::advanced(base_, proto::ticks_from_ns(since_ns, frequency_hz_));
}

}  // namespace spillgate::hw::beam
