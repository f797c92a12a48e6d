#include "offline/plot/parameter_axis.hpp"

#include <cctype>

#include <fmt/format.h>

namespace spillgate::offline::plot {

Axis parameter_axis(const fit::Parameter& parameter, std::span<const double> values) {
    Axis axis;
    axis.label = parameter.description.empty() ? parameter.name : parameter.description;
    axis.label.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(axis.label.front())));
    axis.unit = parameter.unit;
    axis.min = values.front();
    // One value alone still needs an axis.
    axis.max = values.back() > values.front() ? values.back() : values.front() + 1;
    return axis;
}

}  // namespace spillgate::offline::plot
