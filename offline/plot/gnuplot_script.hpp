// Figures as a script for gnuplot 5.4: data inline, every text escaped, nothing that depends on when, where
// or by whom it is run. The picture comes out on gnuplot's standard output.
#pragma once

#include <span>
#include <string>

#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

enum class Medium { PNG, SVG, PDF };

struct PageSize {
    unsigned width = 0, height = 0;  // in pixels; in a PDF in 1/72 inch. 0: as the figure asks
};

// One page per figure, all of the first one's size. PNG and SVG have room for one page.
std::string gnuplot_script(std::span<const Figure> pages, Medium medium, PageSize size);

}  // namespace spillgate::offline::plot
