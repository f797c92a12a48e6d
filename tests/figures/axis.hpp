// An axis with numbers.
#pragma once

#include <string>

#include "offline/plot/figure.hpp"

namespace spillgate::figures {

inline offline::plot::Axis axis(std::string label, std::string unit, double min, double max,
                                bool logarithmic = false) {
    return {std::move(label), std::move(unit), min, max, logarithmic, false, {}};
}

}  // namespace spillgate::figures
