#include "offline/reconstruction/hpge/onset.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::offline::hpge {

namespace {

// Positions at which the filter has a value, of those wanted.
struct Positions {
    std::size_t begin = 0, end = 0;
    Positions(std::span<const std::uint32_t> sums, const StepFilter& filter, std::int64_t first,
              std::int64_t after_last) {
        const auto size = static_cast<std::int64_t>(sums.size());
        const auto low = std::max(first, static_cast<std::int64_t>(filter.length()));
        const auto high = std::min(after_last, size);
        if (low >= high) return;
        begin = static_cast<std::size_t>(low);
        end = static_cast<std::size_t>(high);
    }
    bool empty() const { return begin == end; }
};

double adc(std::int32_t value, const StepFilter& filter) {
    return static_cast<double>(value) / static_cast<double>(filter.before);
}

// A whole number is at or over the threshold exactly when it is at or over this one.
struct Threshold {
    double value;
    std::int64_t least;
    Threshold(double threshold_adc, const StepFilter& filter)
        : value(threshold_adc * static_cast<double>(filter.before)),
          least(-static_cast<std::int64_t>(std::floor(-value))) {}
};

}  // namespace

double highest_step_adc(std::span<const std::uint32_t> sums, const StepFilter& filter, std::int64_t begin,
                        std::int64_t end) {
    const Positions positions(sums, filter, begin + 1, end + 1);
    if (positions.empty()) return std::numeric_limits<double>::quiet_NaN();
    return adc(highest_step(sums, positions.begin, positions.end, filter).value, filter);
}

bool any_step(std::span<const std::uint32_t> sums, const StepFilter& filter, double threshold_adc,
              std::int64_t begin, std::int64_t end) {
    const Positions positions(sums, filter, begin, end);
    return !positions.empty() && highest_step(sums, positions.begin, positions.end, filter).value >=
                                     Threshold(threshold_adc, filter).least;
}

OnsetSearch find_onset(std::span<const std::uint32_t> sums, const StepFilter& filter, double threshold_adc,
                       std::int64_t roi_begin, std::int64_t roi_end) {
    OnsetSearch out;
    const Threshold threshold(threshold_adc, filter);
    // t0 lies before the sample at or over the threshold, so the sample at the roi's end belongs to the
    // search.
    Positions positions(sums, filter, roi_begin + 1, roi_end + 2);
    for (bool first = true; !positions.empty(); first = false) {
        const auto highest = highest_step(sums, positions.begin, positions.end, filter);
        if (first) out.highest_adc = adc(highest.value, filter);
        if (highest.value < threshold.least) return out;

        auto crossing = highest.end;
        std::int32_t at = highest.value;
        std::int32_t before = at;
        while (crossing > filter.length()) {
            before = filter(sums, crossing - 1);
            if (before < threshold.least) break;
            at = before;
            --crossing;
        }
        if (crossing == filter.length()) {
            out.begins_before = true;
        } else {
            const double t0 = static_cast<double>(crossing) - 2 +
                              (threshold.value - static_cast<double>(before)) /
                                  (static_cast<double>(at) - static_cast<double>(before));
            if (t0 >= static_cast<double>(roi_end)) {
                // It begins exactly on the roi's end.
                positions.end = crossing;
                continue;
            }
            if (t0 >= static_cast<double>(roi_begin)) {
                out.onset = Onset{t0, crossing, adc(highest.value, filter)};
                return out;
            }
        }
        // It began before the roi: on to what comes after it.
        positions.begin = highest.end;
        while (positions.begin < positions.end && filter(sums, positions.begin) >= threshold.least)
            ++positions.begin;
    }
    return out;
}

}  // namespace spillgate::offline::hpge
