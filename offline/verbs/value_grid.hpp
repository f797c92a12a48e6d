// Values of one quantity, as they are named on a command line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline {

struct ValueGrid {
    std::string name;
    std::vector<double> values;  // in the order given; empty: only the name was
};

// How a person writes it; for the help of options.
inline constexpr std::string_view value_grid_form = "NAME, NAME=v1,v2,… or NAME=FROM:TO[:POINTS]";

// "R_n", "R_n=4.5,5,5.5", "R_n=4:6:21" (21 values from 4 to 6, both included), or "R_n=4:6" with `points` of
// them. Errors CONFIG, naming the option: an empty name, what is not a finite number, a range that does not
// ascend, POINTS below 2 or above 100 000.
proto::Result<ValueGrid> parse_value_grid(std::string_view option, std::string_view text, std::size_t points);

}  // namespace spillgate::offline
