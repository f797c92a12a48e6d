// Peaks of a trace that stand alone, as single photoelectrons do, and what they hold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "offline/reconstruction/channel_facts.hpp"
#include "offline/reconstruction/pmt/peak_finder.hpp"
#include "offline/reconstruction/pmt/pulse.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"

namespace spillgate::offline::pmt {

inline constexpr double isolation_ns = 1000;

// How many of a trace's first samples are free of what later ones decide, if those from `open` on are not to
// be told of: a region begins rule.before samples ahead of its run. None if the last open one is over
// threshold: whether that run becomes a peak is decided later. x: what the peaks were sought in.
template <class Samples>
std::size_t untouched_samples(const Samples& x, std::size_t open, const PeakRule& rule) {
    if (open >= x.size()) return x.size();
    if (open == 0 || x[open - 1] >= rule.threshold) return 0;
    return open - std::min<std::size_t>(open, rule.before);
}

// Calls visit(peak) for each of a trace's first `samples` that has no other peak within `apart` samples
// before or after it, nor the trace's begin or the end of these samples.
template <class Visit>
void for_each_isolated(std::span<const Peak> peaks, std::int64_t samples, std::int64_t apart, Visit&& visit) {
    for (std::size_t i = 0; i < peaks.size() && peaks[i].end < samples; ++i) {
        const auto before = i == 0 ? 0 : peaks[i - 1].end;
        const auto after = i + 1 == peaks.size() ? samples : std::min(samples, peaks[i + 1].begin);
        if (peaks[i].begin - before >= apart && after - peaks[i].end >= apart) visit(peaks[i]);
    }
}

// Sum of x over the peak's region, ADC·samples, to the nearest whole number.
template <class Samples>
std::int64_t charge_of(const Samples& x, const Peak& peak) {
    return std::llround(integrate(x, std::span(&peak, 1), peak.end - peak.begin + 1).charge);
}
inline std::int64_t charge_of(const TraceAnalysis& analysis, const Peak& peak) {
    if (analysis.filtered.empty()) return charge_of(analysis.x, peak);
    return charge_of(std::span<const double>(analysis.filtered), peak);
}

// Mean and rms of the corrected codes of a trace's first `samples`, level_samples of them at most, outside
// the regions of its peaks; nothing of fewer than fewest_level_samples.
std::optional<TraceLevel> quiet_level(std::uint16_t channel, const TraceSamples& x,
                                      std::span<const Peak> peaks, std::size_t samples);

}  // namespace spillgate::offline::pmt
