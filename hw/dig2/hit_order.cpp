#include "hw/dig2/hit_order.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace spillgate::hw::dig2 {

namespace {

void append(std::vector<std::uint16_t>& to, std::span<const std::uint16_t> from, DeviceTrace& trace) {
    trace.offset = to.size();
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::span<std::uint16_t> HitOrder::add(DeviceTrace&& trace) {
    trace.offset = samples_.size();
    samples_.resize(samples_.size() + trace.count);
    traces_.push_back(std::move(trace));
    return std::span(samples_).last(traces_.back().count);
}

void HitOrder::release(std::int64_t limit, Batch& batch) {
    const auto kept = std::partition(traces_.begin(), traces_.end(),
                                     [&](const DeviceTrace& trace) { return trace.first.ticks < limit; });
    if (kept == traces_.begin()) return;
    std::sort(traces_.begin(), kept, [](const DeviceTrace& a, const DeviceTrace& b) {
        return std::tuple(a.first.ticks, a.channel, a.offset) <
               std::tuple(b.first.ticks, b.channel, b.offset);
    });
    for (auto trace = traces_.begin(); trace != kept; ++trace) {
        append(batch.samples, std::span(samples_).subspan(trace->offset, trace->count), *trace);
        batch.traces.push_back(std::move(*trace));
    }
    traces_.erase(traces_.begin(), kept);
    compact();
}

void HitOrder::compact() {
    spare_.clear();
    for (auto& trace : traces_)
        append(spare_, std::span(samples_).subspan(trace.offset, trace.count), trace);
    std::swap(samples_, spare_);
}

}  // namespace spillgate::hw::dig2
