// What the integration window of one arrival holds: charge, peaks, rise times. `Samples` is anything with
// size(), operator[] and value_type: TraceSamples, or a span.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <type_traits>

#include "offline/reconstruction/pmt/peak_finder.hpp"

namespace spillgate::offline::pmt {

// Charge in ADC·samples; times in samples from arrival, NaN where the charge is not positive.
struct Pulse {
    double charge = 0;
    double highest = 0;  // x
    std::uint32_t peaks = 0;
    double t10 = 0, t50 = 0, t90 = 0;
};

// A mean as the quotient of two integers: what is subtracted from every sample of the window.
struct Pedestal {
    std::int64_t sum = 0;
    std::int64_t count = 1;
};

// Mean of the samples |x| ≤ limit among those in [arrival − length, arrival) that exist; 0/0 if there is
// none.
template <class Samples>
Pedestal local_pedestal(const Samples& x, std::int64_t arrival, std::int64_t length, std::int32_t limit) {
    Pedestal pedestal{0, 0};
    for (std::int64_t i = std::max<std::int64_t>(0, arrival - length); i < arrival; ++i) {
        const auto v = x[static_cast<std::size_t>(i)];
        if (std::abs(v) > limit) continue;
        pedestal.sum += v;
        ++pedestal.count;
    }
    return pedestal;
}

// Calls visit(position) for every sample inside a region and inside the window [begin of peaks.front(), +
// length), once each, in order.
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

// docs/reconstruction.md, steps 4 (charge) and 5, for the window of `length` samples at the begin of
// peaks.front(). A sample in several regions counts once. With integer samples everything up to the last
// division is integer arithmetic; a pedestal is for those alone.
template <class Samples>
Pulse integrate(const Samples& x, std::span<const Peak> peaks, std::int64_t length, Pedestal pedestal = {}) {
    using Sum = std::conditional_t<std::is_integral_v<typename Samples::value_type>, std::int64_t, double>;
    Pulse pulse;
    if (peaks.empty()) return pulse;
    const auto scale = static_cast<Sum>(pedestal.count);
    const auto shift = static_cast<Sum>(pedestal.sum);
    const auto value = [&](std::int64_t i) {
        return scale * static_cast<Sum>(x[static_cast<std::size_t>(i)]) - shift;
    };
    const auto samples = static_cast<std::int64_t>(x.size());
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
    const auto denominator = static_cast<double>(pedestal.count);
    pulse.charge = static_cast<double>(total) / denominator;
    pulse.highest = static_cast<double>(highest) / denominator;
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

}  // namespace spillgate::offline::pmt
