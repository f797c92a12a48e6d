// Refuses what cannot be fitted before anything is fitted.
#pragma once

#include <span>

#include "offline/fit/likelihood.hpp"

namespace spillgate::offline::fit {

// Errors CONFIG, with the parameter's name and what is wrong with it.
proto::Status check_parameters(const Model& model, std::span<const Parameter> parameters);

// Errors CONFIG, with the bin's number and what is wrong with it.
proto::Status check_observation(const Model& model, std::span<const Parameter> parameters,
                                const Observation& observed, Statistic statistic);

}  // namespace spillgate::offline::fit
