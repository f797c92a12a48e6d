#include "offline/plot/trace_outline.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace spillgate::offline::plot {

Outline outline_of(std::span<const std::int32_t> codes, const SampleTimes& times, std::int64_t begin,
                   std::int64_t end, double from, double to, unsigned columns) {
    Outline out;
    const auto count = static_cast<double>(codes.size());
    const double first = std::clamp(std::ceil((from - times.first) / times.period), 0.0, count);
    const double after = std::clamp(std::floor((to - times.first) / times.period) + 1, 0.0, count);
    begin = std::max(begin, static_cast<std::int64_t>(first));
    end = std::min(end, static_cast<std::int64_t>(after));
    if (begin >= end) return out;
    const auto code = [&](std::int64_t i) { return codes[static_cast<std::size_t>(i)]; };
    const auto put = [&](std::int64_t i) {
        out.x.push_back(times.of(i));
        out.y.push_back(code(i));
    };
    if (end - begin <= 4 * static_cast<std::int64_t>(columns)) {
        for (auto i = begin; i < end; ++i)
            put(i);
        return out;
    }
    const auto column_of = [&](std::int64_t i) {
        return std::floor((times.of(i) - from) / (to - from) * columns);
    };
    for (auto i = begin; i < end;) {
        std::int64_t lowest = i;
        std::int64_t highest = i;
        const auto column_begin = i;
        for (const auto column = column_of(i); i < end && column_of(i) == column; ++i) {
            if (code(i) < code(lowest)) lowest = i;
            if (code(i) > code(highest)) highest = i;
        }
        std::array<std::int64_t, 4> kept{column_begin, lowest, highest, i - 1};
        std::sort(kept.begin(), kept.end());
        for (std::size_t k = 0; k < kept.size(); ++k)
            if (k == 0 || kept[k] != kept[k - 1]) put(kept[k]);
    }
    return out;
}

}  // namespace spillgate::offline::plot
