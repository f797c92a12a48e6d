// A picture as a plain description: panels, axes, series, text. What is drawn is decided where a Figure is
// made (one file per kind of plot); how it looks on paper, by gnuplot_script.hpp alone. Text is plain UTF-8
// and is drawn as it stands; only the words t_rec and R_n are set with their index. First file to read of
// this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spillgate::offline::plot {

struct Colour {
    std::uint32_t rgb = 0;  // 0xRRGGBB
    double opacity = 1;
};

enum class Dash { SOLID, DASHED, DOTTED };

// From min to max, min < max; a logarithmic one needs min > 0.
struct Axis {
    std::string label, unit;
    double min = 0, max = 1;
    bool logarithmic = false;
    bool bare = false;  // without label and numbers: the panel below shows them
    std::vector<std::pair<double, std::string>> names;  // words at positions, instead of numbers
};

// A line through points; NaN breaks it.
struct Curve {
    std::string name;  // in the legend; empty: not there
    std::vector<double> x, y;
    Colour colour;
    double width = 1.5;
    Dash dash = Dash::SOLID;
};

// Filled between low and high.
struct Area {
    std::string name;
    std::vector<double> x, low, high;
    Colour colour;
};

// Points with error bars from low to high; a NaN is not drawn.
struct Points {
    std::string name;
    std::vector<double> x, y, low, high;
    Colour colour;
    double size = 0.8;
};

struct Box {
    double x_begin = 0, x_end = 0, y_begin = 0, y_end = 0;
};
struct Boxes {
    std::string name;
    std::vector<Box> boxes;
    Colour colour;
};

enum class Palette {
    COUNTS,    // dark to light, of even lightness steps, readable by the colour-blind and in grey
    RESIDUAL,  // blue below, white at the middle, orange above
};

// Cells of equal size that fill the panel's axes; value[row · columns + column], rows along y from its
// begin. NaN leaves a cell white.
struct HeatMap {
    std::size_t columns = 0, rows = 0;
    std::vector<double> value;
    Palette palette = Palette::COUNTS;
    Axis scale;  // of the colours
};

using Series = std::variant<Curve, Area, Points, Boxes, HeatMap>;

enum class Anchor { LEFT, CENTRE, RIGHT };

// Text at a place in the panel's axes.
struct Note {
    double x = 0, y = 0;
    std::string text;
    Anchor anchor = Anchor::CENTRE;
    Colour colour;
};

struct Panel {
    std::string title;  // above it, on the legend's line
    Axis x, y;
    std::vector<Series> series;  // drawn in this order
    std::vector<Note> notes;
    std::vector<std::string> text;  // lines in the upper right corner
    double height = 1;              // relative to the others
};

struct Figure {
    std::string title;
    std::vector<std::string> lines;  // under the title: exposure, candidates
    std::string footer;              // selection, versions
    bool simulated = false;          // shows the SIMULATED badge
    bool side_by_side = false;       // panels from left to right, not from top to bottom
    std::vector<Panel> panels;
    unsigned width = 1200, height = 800;  // in pixels, unless a person says otherwise
};

}  // namespace spillgate::offline::plot
