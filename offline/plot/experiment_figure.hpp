// An experiment's counts by size and by t_rec: the model's components on each other, and data if there are
// some.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "offline/experiment/experiment_model.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// Without panels: what every picture of an experiment says of it.
Figure experiment_page(const LoadedExperiment& experiment);

// At these values of the model's parameters. `data`: counts per bin, empty if there are none; `result`: lines
// for the corner, such as a fit's values.
Figure experiment_figure(const LoadedExperiment& experiment, const ExperimentModel& model,
                         std::span<const double> values, std::span<const double> data,
                         std::vector<std::string> result);

}  // namespace spillgate::offline::plot
