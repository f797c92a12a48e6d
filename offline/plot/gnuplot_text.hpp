// Text and numbers as gnuplot reads them.
#pragma once

#include <string>
#include <string_view>

namespace spillgate::offline::plot {

// A single-quoted string that shows exactly `text` in gnuplot's enhanced mode, in which \ { } ^ _ @ & ~ have
// meanings. What no line of text can hold (control characters, broken UTF-8) becomes a space or �. The words
// t_rec and R_n are set in italics with their index.
std::string gnuplot_text(std::string_view text);

// The shortest text that reads back as the same number; NaN for what is not finite.
std::string gnuplot_number(double value);

// How many characters are drawn.
std::size_t drawn_length(std::string_view text);

}  // namespace spillgate::offline::plot
