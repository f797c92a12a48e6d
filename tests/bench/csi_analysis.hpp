// The published CsI[Na] data of 2021 as a likelihood with R_n and all pulls free: what the speed of
// predictions and fits is measured on.
#pragma once

#include <filesystem>
#include <memory>

#include "offline/experiment/experiment_model.hpp"
#include "offline/fit/likelihood.hpp"
#include "tests/bench/bench.hpp"

namespace spillgate::bench {

struct CsiAnalysis {
    std::unique_ptr<const offline::ExperimentModel> model;  // stays where it is: the likelihood points to it
    offline::fit::Likelihood likelihood;
    std::size_t neutron_radius = 0;  // index of R_n
};

// Errors: NOT_FOUND and others of DataFolder, with how to name another folder.
proto::Result<CsiAnalysis> csi_analysis(const Options& options);

}  // namespace spillgate::bench
