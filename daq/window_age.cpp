#include "daq/window_age.hpp"

#include <algorithm>

namespace spillgate::daq {

void WindowAge::observe(const hw::Batch& batch) {
    bound_ = batch.clock_bound;
    epoch_ = batch.watermark;
}

std::int64_t WindowAge::of(const proto::SpillRecord& record, std::int64_t steady_ns) const {
    if (!bound_ || record.windows.empty() || !record.t0.comparable(epoch_)) return 0;
    std::int64_t end = record.windows.front().end();
    for (const auto& window : record.windows)
        end = std::max(end, window.end());
    const auto since_bound = static_cast<double>(steady_ns - bound_->steady_ns);
    const auto ticks = static_cast<double>(bound_->ticks - record.t0.ticks - end);
    const double before_bound = proto::ns_from_ticks(ticks, frequency_hz_);
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(since_bound + before_bound));
}

}  // namespace spillgate::daq
