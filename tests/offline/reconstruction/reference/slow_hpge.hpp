// A second, slow implementation of the HPGe chain of docs/reconstruction.md, from its definitions alone: the
// decay is undone by recursion over samples, averages are summed anew at each sample, all in double
// precision. It shares nothing with the engine. Tests hold the engine to it, quantity by quantity.
#pragma once

#include <limits>
#include <vector>

namespace spillgate::tests {

// Lengths in samples; `before` a multiple of `after`.
struct SlowHpgeSettings {
    int baseline = 100;
    double decay = 20000;
    int rise = 60, flat = 20, pickoff = 75;
    int after = 4, gap = 0, before = 24;  // of the short trapezoid
    double t0_threshold = 10.3;
    int current = 5;
    double energy_threshold = 10;
    double pile_up_threshold = 20.3;
    int pile_up_after = 60;
};

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct SlowHpgeCandidate {
    bool found = false;
    bool fits = true;  // the energy trapezoid of the pulse that was found lies inside the trace
    bool pile_up = false;
    double t0 = none;  // samples
    double energy = none, energy_max = none, step = none, current = none;
    double t10 = none, t50 = none, t90 = none;  // samples after t0
    double baseline = none, slope = none, rms = none;
    double roi_step = none;
};

// `codes` of one trace, pulses up or down; the roi is samples [roi_begin, roi_end).
SlowHpgeCandidate slow_hpge(const std::vector<int>& codes, bool positive, const SlowHpgeSettings& settings,
                            int roi_begin, int roi_end);

}  // namespace spillgate::tests
