// A curve drawn for a terminal with Braille signs: each has two dots across and four up.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace spillgate::daq {

// A value, or the lowest and the highest of several. What is not finite breaks the curve.
struct PlotPoint {
    double x = 0;
    double low = 0;
    double high = 0;
};

struct PlotLook {
    std::size_t columns = 80;  // of the whole drawing
    std::size_t rows = 12;     // of the curve
    double x_min = 0, x_max = 1;
    std::function<std::string(double)> x_text;  // of the ends and the middle, below the curve
};

// Lines that end in '\n': the curve with its scale at the left, and the ends of x below. The points are by
// ascending x; those beyond x_min and x_max are left out. "no data" if there is none.
std::string text_plot(std::span<const PlotPoint> points, const PlotLook& look);

// Width of the scale at the left of a drawing, and of what is drawn beside it: for lines that go with it.
std::size_t plot_margin();
std::size_t plot_width(const PlotLook& look);

std::size_t terminal_columns();  // of stdout, 40 to 200; 80 if it is no terminal

}  // namespace spillgate::daq
