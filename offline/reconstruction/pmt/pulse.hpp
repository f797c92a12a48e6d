// What the integration window of one arrival holds: charge, peaks, rise times.
#pragma once

#include <cstdint>
#include <span>

#include "offline/reconstruction/pmt/peak_finder.hpp"

namespace spillgate::offline::pmt {

// Charge in ADC·samples; times in samples from arrival, NaN where the charge is not positive.
struct Pulse {
    double charge = 0;
    double highest = 0;  // x
    std::uint32_t peaks = 0;
    double t10 = 0, t50 = 0, t90 = 0;
};

// A mean as the quotient of two integers: what is subtracted from every sample of the window.
struct Pedestal {
    std::int64_t sum = 0;
    std::int64_t count = 1;
};

// Mean of the samples |x| ≤ limit among those in [arrival − length, arrival) that exist; 0/0 if there is
// none.
Pedestal local_pedestal(std::span<const std::int32_t> x, std::int64_t arrival, std::int64_t length,
                        std::int32_t limit);

// docs/reconstruction.md, steps 4 (charge) and 5, for the window of `length` samples at the begin of
// peaks.front(). A sample in several regions counts once. With integer samples everything up to the last
// division is integer arithmetic.
Pulse integrate(std::span<const std::int32_t> x, std::span<const Peak> peaks, std::int64_t length,
                Pedestal pedestal = {});
Pulse integrate(std::span<const double> x, std::span<const Peak> peaks, std::int64_t length);

}  // namespace spillgate::offline::pmt
