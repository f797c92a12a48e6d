// The efficiency for a candidate's time: 1 up to a time, then falling exponentially (where only the first
// peak of a roi is kept, so that a later one is seen only if none came before).
#pragma once

#include <cmath>

namespace spillgate::offline::cevns {

// CsI 2021 (arXiv:2110.07730): flat until 520 ns, then 0.0494 per μs.
struct TimeEfficiency {
    double flat_until_ns = 0;
    double fall_per_ns = 0;  // 0: 1 everywhere

    double at(double time_ns) const {
        return time_ns <= flat_until_ns ? 1 : std::exp(-fall_per_ns * (time_ns - flat_until_ns));
    }
};

}  // namespace spillgate::offline::cevns
