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

// Calls run(first, after) for each run of at least min_width values ≥ threshold; a run that lasts to the end
// has after == x.size(). For values that are not words; those have kernels/marks.hpp.
template <class Run>
void for_each_run(std::span<const double> x, double threshold, std::uint32_t min_width, Run&& run) {
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        if (x[i] < threshold) continue;
        const std::size_t first = i;
        while (i < n && x[i] >= threshold)
            ++i;
        if (i - first >= min_width) run(first, i);
    }
}

// docs/reconstruction.md, step 3, for one run of samples over threshold of a trace: appended if it is a peak,
// that is, if it ends inside the trace.
inline void add_peak(std::size_t first, std::size_t after, std::size_t samples, const PeakRule& rule,
                     std::vector<Peak>& peaks) {
    if (after == samples) return;
    const auto before = static_cast<std::int64_t>(rule.before);
    const auto begin = std::max<std::int64_t>(0, static_cast<std::int64_t>(first) - before);
    const auto end = std::min(static_cast<std::int64_t>(samples) - 1,
                              static_cast<std::int64_t>(after) + static_cast<std::int64_t>(rule.after));
    peaks.push_back({begin, end, begin + before});
}

}  // namespace spillgate::offline::pmt
