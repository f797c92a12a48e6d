// What an experiment may not contradict, beyond the range of each field.
#pragma once

#include <optional>
#include <string>

#include "proto/schema/experiment.pb.h"

namespace spillgate::offline {

struct ExperimentProblem {
    const google::protobuf::Message* message = nullptr;  // in the experiment
    std::string field;
    int index = -1;  // of a repeated field
    std::string text;
};

// The first one, or nothing.
std::optional<ExperimentProblem> experiment_problem(const config::Experiment& experiment);

}  // namespace spillgate::offline
