// When protons hit the target: the shape of one spill's pulse, normalised to 1. Times in ns.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

struct GaussianPulse {
    double mean_ns = 0;
    double sigma_ns = 0;
};

// Linear between points at rising times, zero outside them; of any norm. A histogram is a table of its bins'
// centres.
struct TabulatedPulse {
    std::vector<double> time_ns;
    std::vector<double> rate;
};

// One copy of the pulse for each bunch.
struct Bunch {
    double delay_ns = 0;
    double weight = 1;  // relative
};

struct ProtonPulse {
    std::variant<GaussianPulse, TabulatedPulse> shape;
    std::vector<Bunch> bunches{{}};

    static ProtonPulse gaussian(double mean_ns, double sigma_ns) {
        return {GaussianPulse{mean_ns, sigma_ns}, {{}}};
    }
    // Two equal bunches of the shape, the second `spacing_ns` later.
    ProtonPulse twice(double spacing_ns) const { return {shape, {{0, 0.5}, {spacing_ns, 0.5}}}; }
};

// Errors: CONFIG for a width that is not positive, a table of fewer than two points or with times that do not
// rise, rates that are negative or integrate to nothing, bunches without weight.
proto::Status check(const ProtonPulse& pulse);

}  // namespace spillgate::offline::cevns
