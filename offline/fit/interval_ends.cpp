#include "offline/fit/interval_ends.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace spillgate::offline::fit {

namespace {

// Between an accepted value and its neighbour outside: where Δχ² − critical passes 0.
double crossing(const TestedValue& inside, const TestedValue& outside, double critical_inside,
                double critical_outside) {
    const double in = critical_inside - inside.delta_chi2;
    const double out = outside.delta_chi2 - critical_outside;
    if (!(in + out > 0)) return inside.value;
    // The error of a critical value can put the crossing beyond either neighbour.
    const double share = std::clamp(in / (in + out), -1.0, 2.0);
    return inside.value + share * (outside.value - inside.value);
}

struct End {
    double value = 0;
    std::optional<double> error;
};

End end_between(const TestedValue& inside, const TestedValue& outside) {
    if (!outside.valid) return {inside.value, {}};
    const double at = crossing(inside, outside, inside.critical, outside.critical);
    const double low = crossing(inside, outside, inside.critical_low, outside.critical_low);
    const double high = crossing(inside, outside, inside.critical_high, outside.critical_high);
    return {at, 0.5 * std::abs(high - low)};
}

}  // namespace

std::vector<Interval> accepted_intervals(std::span<const TestedValue> tested) {
    std::vector<Interval> intervals;
    for (std::size_t i = 0; i < tested.size(); ++i) {
        if (!tested[i].accepted) continue;
        std::size_t last = i;
        while (last + 1 < tested.size() && tested[last + 1].accepted)
            ++last;
        Interval interval{tested[i].value, tested[last].value, {}, {}};
        if (i > 0) {
            const auto end = end_between(tested[i], tested[i - 1]);
            interval.low = end.value;
            interval.low_error = end.error;
        }
        if (last + 1 < tested.size()) {
            const auto end = end_between(tested[last], tested[last + 1]);
            interval.high = end.value;
            interval.high_error = end.error;
        }
        intervals.push_back(interval);
        i = last;
    }
    return intervals;
}

}  // namespace spillgate::offline::fit
