// An experiment's description, read strictly (proto/schema/experiment.proto) and with single fields replaced.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/experiment/measured_spectrum.hpp"
#include "proto/result.hpp"
#include "proto/schema/experiment.pb.h"

namespace spillgate::offline {

struct LoadedExperiment {
    config::Experiment config;  // every default written out
    std::string effective;      // deterministic text of it
    std::string sha256;         // of `effective`
    std::string path;
    // Of spillgate's own spectra, if they give the counts; `config` then has their exposure (take_exposure).
    std::optional<OwnExposure> own;
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

// Makes it the experiment of spectra of one's own: their POT takes the place of the file's; the steady state
// is what AC says; every other background, which the file gives for its own POT, goes with the protons. The
// title of simulated ones says so.
void take_exposure(OwnExposure exposure, LoadedExperiment& experiment);

}  // namespace spillgate::offline
