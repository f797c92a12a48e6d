// The axis of a fit's parameter.
#pragma once

#include <span>

#include "offline/fit/model.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Over ascending values; its label says what the parameter is.
Axis parameter_axis(const fit::Parameter& parameter, std::span<const double> values);

}  // namespace spillgate::offline::plot
