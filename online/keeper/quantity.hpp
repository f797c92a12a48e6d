// A named number that changes with time: what history keeps and alarms watch.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace spillgate::online {

struct Quantity {
    std::string name;             // a series of the history, as docs/console/history.md lists them
    std::string unit;             // "" for a number of things, a fraction, or yes (1) and no (0)
    std::optional<double> value;  // absent: not known
};
using Quantities = std::vector<Quantity>;

}  // namespace spillgate::online
