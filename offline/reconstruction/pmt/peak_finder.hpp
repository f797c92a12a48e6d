// Peaks of a trace: runs of samples over threshold, with the regions that are integrated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::pmt {

// Positions in samples from the trace's first. The region is [begin, end], both inside; neighbouring regions
// may overlap by their margins.
struct Peak {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t onset = 0;  // begin + the margin before: the first sample over threshold, unless clamped
};

// Calls run(first, after) for each run of at least min_width samples ≥ threshold; a run that lasts to the end
// of the trace has after == x.size().
template <class Sample, class Run>
void for_each_run(std::span<const Sample> x, Sample threshold, std::uint32_t min_width, Run&& run) {
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        if (x[i] < threshold) continue;
        const std::size_t first = i;
        while (i < n && x[i] >= threshold)
            ++i;
        if (i - first >= min_width) run(first, i);
    }
}

// docs/reconstruction.md, step 3: a run that ends inside the trace is a peak. `peaks` is overwritten, in
// time order.
template <class Sample>
void find_peaks(std::span<const Sample> x, const PeakRule& rule, std::vector<Peak>& peaks) {
    peaks.clear();
    const auto last = static_cast<std::int64_t>(x.size()) - 1;
    for_each_run(x, static_cast<Sample>(rule.threshold), rule.min_width,
                 [&](std::size_t first, std::size_t after) {
                     if (after == x.size()) return;
                     const auto begin = std::max<std::int64_t>(
                         0, static_cast<std::int64_t>(first) - static_cast<std::int64_t>(rule.before));
                     const auto end = std::min<std::int64_t>(
                         last, static_cast<std::int64_t>(after) + static_cast<std::int64_t>(rule.after));
                     peaks.push_back({begin, end, begin + static_cast<std::int64_t>(rule.before)});
                 });
}

}  // namespace spillgate::offline::pmt
