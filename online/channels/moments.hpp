// Mean and spread of numbers that come one by one, in any order and on any number of threads (Chan, Golub and
// LeVeque, Am. Stat. 37 (1983) 242): exact to rounding, wherever the mean lies.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace spillgate::online {

struct Moments {
    std::uint64_t entries = 0;
    double mean = 0;
    double squares = 0;  // sum of squared distances from the mean

    void add(double value) {
        ++entries;
        const double before = value - mean;
        mean += before / static_cast<double>(entries);
        squares += before * (value - mean);
    }
    void add(const Moments& more) {
        if (more.entries == 0) return;
        const auto here = static_cast<double>(entries), there = static_cast<double>(more.entries);
        const double apart = more.mean - mean;
        entries += more.entries;
        mean += apart * there / (here + there);
        squares += more.squares + apart * apart * here * there / (here + there);
    }
    // Standard deviation of the mean; NaN of fewer than two.
    double error() const {
        if (entries < 2) return std::numeric_limits<double>::quiet_NaN();
        const auto n = static_cast<double>(entries);
        return std::sqrt(squares / (n - 1) / n);
    }
};

}  // namespace spillgate::online
