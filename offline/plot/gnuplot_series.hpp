// One series of a panel as gnuplot's data and plot element.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Appends the data as a named block to `script`, and what draws it to `plots`. A series without points gives
// neither. `point_size` is what gnuplot must be asked for to get a point of size 1.
void write_series(const Series& series, const Panel& panel, const std::string& block, double point_size,
                  std::string& script, std::vector<std::string>& plots);

std::string gnuplot_colour(Colour colour);     // "rgb '#00AABBCC'"
std::string gnuplot_palette(Palette palette);  // "defined (…)"

}  // namespace spillgate::offline::plot
