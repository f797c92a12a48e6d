// How an experiment's backgrounds lie in the bins of its axes.
#pragma once

#include <string>
#include <vector>

#include "offline/experiment/observed_counts.hpp"
#include "offline/exposure/residual.hpp"

namespace spillgate::offline {

struct BackgroundShape {
    std::string name;
    double events = 0;  // expected
    double sigma = 0;   // of that, in events; 0: fixed
    std::vector<double>
        shape;  // per event, by Axes::index; sums to 1, or less if `events` count beyond the axes
};

// What a steady state goes by.
struct AntiCoincidence {
    std::vector<double> counts;  // by Axes::index
    double below = 0;            // more with a size below the axes
    Alpha alpha{1, 0};           // coincident over anti-coincident exposure
};

// `anti_coincidence`: null if there is none. Errors: as DataFolder;
// CONFIG (no anti-coincident counts, a shape with nothing in the axes).
proto::Result<BackgroundShape> make_background(const config::Background& background,
                                               const config::Experiment& experiment, const Axes& axes,
                                               const DataFolder& folder,
                                               const AntiCoincidence* anti_coincidence);

}  // namespace spillgate::offline
