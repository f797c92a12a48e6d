// Where on the page a figure's parts go, in pixels from the lower left corner.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

struct Rectangle {
    double left = 0, bottom = 0, right = 0, top = 0;
    double width() const { return right - left; }
    double height() const { return top - bottom; }
};

struct Layout {
    double width = 0, height = 0;
    double em = 0;                  // size of the text that everything is measured in
    std::vector<double> lines;      // baselines of title and lines, from above
    std::vector<Rectangle> panels;  // inside of the axes
};

// Width and height in pixels.
Layout lay_out(const Figure& figure, unsigned width, unsigned height);

// Whether something of the panel is in the legend.
bool has_legend(const Panel& panel);
// The panel's heat map, if it is one.
const HeatMap* heat_map_of(const Panel& panel);

}  // namespace spillgate::offline::plot
