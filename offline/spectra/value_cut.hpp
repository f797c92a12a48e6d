// A range of one variable of a candidate, resolved to its index.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "offline/reconstruction/candidate.hpp"

namespace spillgate::offline {

// Passes min ≤ value < max; an absent bound is open, one is there; NaN never passes.
struct ValueCut {
    std::size_t variable = 0;  // index into the chain's variables
    bool has_min = false;
    bool has_max = false;
    double min = 0;
    double max = 0;
    bool passes(const Candidate& candidate) const {
        const double value = candidate.value[variable];
        return (!has_min || value >= min) && (!has_max || value < max);
    }
};

inline bool passes_all(const std::vector<ValueCut>& cuts, const Candidate& candidate) {
    return std::all_of(cuts.begin(), cuts.end(), [&](const ValueCut& cut) { return cut.passes(candidate); });
}

}  // namespace spillgate::offline
