// The project's experiments with their published data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/experiment/experiment_model.hpp"

namespace spillgate::offline::test {

// config/experiments/NAME.txtpb with these changes.
LoadedExperiment experiment(const std::string& name, const std::vector<std::string>& changes = {});
// ../shared/data/coherent beside the checkout; empty with a printed SKIPPED line if it is not there.
std::string published_data();

// The model of an experiment that needs no published file, or of one that does if they are there; nothing
// with a printed SKIPPED line if they are not.
std::optional<ExperimentModel> model_of(const std::string& name,
                                        const std::vector<std::string>& changes = {});

struct Analysis {
    LoadedExperiment experiment;
    ObservedCounts observed;
    ExperimentModel model;
};
Analysis analysis(const std::string& name, const std::string& data,
                  const std::vector<std::string>& changes = {});

}  // namespace spillgate::offline::test
