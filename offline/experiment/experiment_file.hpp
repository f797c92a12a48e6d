// An experiment's description, read strictly (proto/schema/experiment.proto) and with single fields replaced.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/experiment.pb.h"

namespace spillgate::offline {

struct LoadedExperiment {
    config::Experiment config;  // every default written out
    std::string effective;      // deterministic text of it
    std::string sha256;         // of `effective`
    std::string path;
};

// `changes`: "path.to.field=value" each; an element of a repeated message is named by its `name` or its
// index: "background.brn.events=20", "nuclear.radius.0.neutron_rms_fm=5". A message takes text format:
// "quenching={ constant: 0.09 }". Errors: NOT_FOUND, IO, CONFIG ("FILE:LINE:COLUMN: …", or naming the
// change).
proto::Result<LoadedExperiment> load_experiment(const std::string& path,
                                                const std::vector<std::string>& changes = {});
// The same for text in memory; `name` stands for the file.
proto::Result<LoadedExperiment> parse_experiment(const std::string& text, const std::string& name,
                                                 const std::vector<std::string>& changes = {});

}  // namespace spillgate::offline
