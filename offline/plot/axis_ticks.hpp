// Where an axis has its ticks and what is written at them.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

struct Tick {
    double position = 0;
    std::string label;   // empty at a minor one
    bool minor = false;  // small
};

struct AxisTicks {
    std::vector<Tick> ticks;  // all inside the axis, ascending
    int exponent = 0;         // numbers at the ticks are to be multiplied by this power of ten
};

// About `wanted` numbered ticks at multiples of 1, 2 or 5 · 10^n; on a logarithmic axis that spans more than
// a decade at the powers of ten. Large and small numbers share an exponent, a multiple of three.
AxisTicks ticks_of(const Axis& axis, int wanted);

// "Photoelectrons (PE)", "Counts (10³)"; without unit and exponent the label alone.
std::string axis_title(const Axis& axis, int exponent);

// 10 to the n as people write it: "10⁻³".
std::string power_of_ten(int exponent);

// With a true minus sign: "−12.5".
std::string number_text(double value, int decimals);

}  // namespace spillgate::offline::plot
