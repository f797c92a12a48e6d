// Measures the pulse that begins at a t0: energies, current, rise.
#pragma once

#include <limits>
#include <optional>

#include "offline/reconstruction/hpge/lengths.hpp"
#include "offline/reconstruction/hpge/onset.hpp"
#include "offline/reconstruction/hpge/trace_sums.hpp"

namespace spillgate::offline::hpge {

// Energies in ADC, current in ADC per sample, times in samples of the trace; NaN where there is none.
struct Pulse {
    double energy = 0;      // at the fixed time after t0
    double energy_max = 0;  // largest over the trapezoid's length after t0
    double current = std::numeric_limits<double>::quiet_NaN();
    double t10 = std::numeric_limits<double>::quiet_NaN();
    double t50 = std::numeric_limits<double>::quiet_NaN();
    double t90 = std::numeric_limits<double>::quiet_NaN();
    bool pile_up = false;
};

// `lambda` as pole_zero.hpp. Nothing if the energy trapezoid, laid at the fixed time, does not fit the trace.
std::optional<Pulse> measure_pulse(const TraceSums& trace, const Lengths& lengths, double lambda,
                                   double pile_up_threshold_adc, const Onset& onset);

}  // namespace spillgate::offline::hpge
