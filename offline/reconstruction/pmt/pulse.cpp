#include "offline/reconstruction/pmt/pulse.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace spillgate::offline::pmt {

namespace {

// Calls visit(position) for every sample inside a region and inside [arrival, arrival + length), once each,
// in order.
template <class Visit>
void for_each_sample(std::span<const Peak> peaks, std::int64_t length, std::int64_t samples, Visit&& visit) {
    std::int64_t next = peaks.front().begin;
    const std::int64_t stop = std::min(next + length, samples);
    for (const auto& peak : peaks) {
        if (peak.begin >= stop) break;
        for (next = std::max(next, peak.begin); next <= peak.end && next < stop; ++next)
            visit(next);
    }
}

// Offset at which the running charge reaches tenths/10 of the total, as the samples pass by; the last
// crossing stands. The charge after sample k belongs to offset k; if sample 0 alone reaches the fraction, the
// offset is 0.
template <class Sum>
struct Crossing {
    Sum tenths;
    double offset = 0;

    void pass(std::int64_t k, Sum before, Sum after, Sum total) {
        const Sum level = tenths * total;
        if (!(10 * before < level && level <= 10 * after)) return;
        offset = k == 0 ? 0.0
                        : static_cast<double>(k - 1) + static_cast<double>(level - 10 * before) /
                                                           static_cast<double>(10 * (after - before));
    }
};

// Sums value(i) / denominator.
template <class Sum, class Value>
Pulse integrate_values(std::span<const Peak> peaks, std::int64_t length, std::int64_t samples,
                       std::int64_t denominator, Value&& value) {
    Pulse pulse;
    if (peaks.empty()) return pulse;
    const std::int64_t arrival = peaks.front().begin;
    Sum total = 0;
    Sum highest = value(arrival);
    for_each_sample(peaks, length, samples, [&](std::int64_t i) {
        const Sum v = value(i);
        total += v;
        highest = std::max(highest, v);
    });
    for (const auto& peak : peaks) {
        if (peak.onset - arrival >= length) break;
        ++pulse.peaks;
    }
    pulse.charge = static_cast<double>(total) / static_cast<double>(denominator);
    pulse.highest = static_cast<double>(highest) / static_cast<double>(denominator);
    if (!(total > 0)) {
        pulse.t10 = pulse.t50 = pulse.t90 = std::numeric_limits<double>::quiet_NaN();
        return pulse;
    }
    Crossing<Sum> t10{1}, t50{5}, t90{9};
    Sum running = 0;
    for_each_sample(peaks, length, samples, [&](std::int64_t i) {
        const Sum after = running + value(i);
        for (auto* crossing : {&t10, &t50, &t90})
            crossing->pass(i - arrival, running, after, total);
        running = after;
    });
    pulse.t10 = t10.offset;
    pulse.t50 = t50.offset;
    pulse.t90 = t90.offset;
    return pulse;
}

}  // namespace

Pedestal local_pedestal(std::span<const std::int32_t> x, std::int64_t arrival, std::int64_t length,
                        std::int32_t limit) {
    Pedestal pedestal{0, 0};
    for (std::int64_t i = std::max<std::int64_t>(0, arrival - length); i < arrival; ++i) {
        const auto v = x[static_cast<std::size_t>(i)];
        if (std::abs(v) > limit) continue;
        pedestal.sum += v;
        ++pedestal.count;
    }
    return pedestal;
}

Pulse integrate(std::span<const std::int32_t> x, std::span<const Peak> peaks, std::int64_t length,
                Pedestal pedestal) {
    const auto n = pedestal.count;
    return integrate_values<std::int64_t>(
        peaks, length, static_cast<std::int64_t>(x.size()), n,
        [&](std::int64_t i) { return n * x[static_cast<std::size_t>(i)] - pedestal.sum; });
}

Pulse integrate(std::span<const double> x, std::span<const Peak> peaks, std::int64_t length) {
    return integrate_values<double>(peaks, length, static_cast<std::int64_t>(x.size()), 1,
                                    [&](std::int64_t i) { return x[static_cast<std::size_t>(i)]; });
}

}  // namespace spillgate::offline::pmt
