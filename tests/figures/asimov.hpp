// An experiment of the project and what it expects to measure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "offline/experiment/experiment_model.hpp"
#include "offline/fit/likelihood.hpp"

namespace spillgate::figures {

struct Asimov {
    std::unique_ptr<offline::ExperimentModel> model;  // the likelihood points to it
    offline::fit::Likelihood likelihood;
};

// config/experiments/NAME.txtpb with these changes and parameters free. Throws what is wrong.
Asimov asimov(const std::string& name, const std::vector<std::string>& changes,
              const std::vector<std::string>& free);

// σ(R_n)/R_n in percent.
double radius_error_percent(const std::string& name, const std::vector<std::string>& changes);

// "axes.size=…": bins of this width between two sizes.
std::string size_axis(double begin, double end, double width);

}  // namespace spillgate::figures
