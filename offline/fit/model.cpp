#include "offline/fit/model.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::offline::fit {

double scale_of(const Parameter& parameter) {
    if (parameter.scale > 0) return parameter.scale;
    if (parameter.pull) return std::min(parameter.pull->sigma_minus, parameter.pull->sigma_plus);
    if (parameter.start != 0) return 0.1 * std::abs(parameter.start);
    return 1;
}

void Model::derivatives(std::span<const double> values, std::span<const std::size_t> wanted,
                        std::span<const Parameter> parameters, Scratch& scratch,
                        std::span<double> jacobian) const {
    scratch.values_.assign(values.begin(), values.end());
    scratch.counts_.resize(bins());
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        differentiate(parameters[wanted[k]], wanted[k], scratch, jacobian.subspan(k * bins(), bins()));
        scratch.values_[wanted[k]] = values[wanted[k]];
    }
}

void Model::differentiate(const Parameter& parameter, std::size_t index, Scratch& scratch,
                          std::span<double> row) const {
    const std::span<double> counts = scratch.counts_;
    double& value = scratch.values_[index];
    const double here = value;
    const double range = parameter.upper - parameter.lower;
    const double step = std::min(1e-3 * scale_of(parameter), 0.25 * range);
    const auto add = [&](double at, double weight, bool first) {
        value = at;
        expected(scratch.values_, scratch, counts);
        for (std::size_t bin = 0; bin < row.size(); ++bin)
            row[bin] = first ? weight * counts[bin] : row[bin] + weight * counts[bin];
    };
    if (here - step >= parameter.lower && here + step <= parameter.upper) {
        // What the values really differ by, after rounding.
        const double width = (here + step) - (here - step);
        add(here + step, 1 / width, true);
        add(here - step, -1 / width, false);
        return;
    }
    // At a limit: the parabola through this point and two further inside.
    const double inward = here - step < parameter.lower ? step : -step;
    add(here, -1.5 / inward, true);
    add(here + inward, 2 / inward, false);
    add(here + 2 * inward, -0.5 / inward, false);
}

}  // namespace spillgate::offline::fit
