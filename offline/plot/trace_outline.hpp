// A long trace with no more points than a picture can show, and nothing hidden.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::offline::plot {

struct SampleTimes {
    double first = 0;   // of sample 0
    double period = 1;  // > 0
    double of(std::int64_t sample) const { return first + static_cast<double>(sample) * period; }
};

struct Outline {
    std::vector<double> x, y;
};

// Samples begin … end − 1 that lie in [from, to], cut into `columns` of equal width: of each column the
// first, lowest, highest and last sample, in time order, which joined by lines cover the same pixels as all
// of them. If there are no more than four samples a column, all of them.
Outline outline_of(std::span<const std::int32_t> codes, const SampleTimes& times, std::int64_t begin,
                   std::int64_t end, double from, double to, unsigned columns);

}  // namespace spillgate::offline::plot
