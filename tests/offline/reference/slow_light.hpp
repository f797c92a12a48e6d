// What the two slow chains of several PMTs share.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "tests/offline/reference/slow_pmts.hpp"

namespace spillgate::tests {

int slow_median(std::vector<int> codes, int first);

// [first over, first back under or the end) of each run of at least `width` samples.
std::vector<std::pair<int, int>> slow_runs(const std::vector<double>& x, double threshold, int width);

// Light of one PMT begins at a position, from the roi begin.
struct SlowOnset {
    int position = 0;
    std::size_t pmt = 0;
};

struct SlowCoincidence {
    int first = 0, last = 0, pmts = 0;
};

// The earliest at or after `from`, looking at every onset for every onset.
std::optional<SlowCoincidence> slow_coincidence(const std::vector<SlowOnset>& onsets, int from,
                                                const SlowLight& settings);

// Overflow, absent and short traces.
std::set<std::string> slow_quality(const std::vector<SlowPmt>& pmts, const SlowLight& settings);

// 2^28 / SPE charge, a whole number.
long double slow_weight(double spe_charge);

}  // namespace spillgate::tests
