// What the verbs that work on experiments have in common: an experiment's file, its data, and what floats.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "offline/experiment/experiment_model.hpp"
#include "offline/fit/likelihood.hpp"
#include "offline/verbs/own_spectra.hpp"

namespace spillgate::offline {

struct OpenedExperiment {
    LoadedExperiment experiment;
    std::optional<ObservedCounts> observed;  // none: nothing was released, or the runs are blinded
    ExperimentModel model;

    fit::Statistic statistic() const;
    // Of the observed counts. Errors: CONFIG (there are none); REFUSED (blinded).
    proto::Result<fit::Likelihood> likelihood() const;
    // Of what the model expects at its start. The bins without any expected count have no part in a χ².
    proto::Result<fit::Likelihood> asimov() const;
};

class ExperimentInput {
  public:
    void add_options(CLI::App& command);
    // With further changes after those of --set, and these free beside those of --free.
    proto::Result<OpenedExperiment> open(const std::vector<std::string>& more_changes = {},
                                         const std::vector<std::string>& more_free = {}) const;
    const std::string& data() const { return data_; }
    proto::Result<LoadedExperiment> load(const std::vector<std::string>& more_changes = {}) const;

  private:
    std::string path_, data_;
    OwnSpectra own_;
    std::vector<std::string> changes_, free_;
};

// The title, and what own_text() says of spectra of one's own: the head of every verb's text.
std::string experiment_text(const LoadedExperiment& experiment);
// {"name", "title", "file", "sha256"}, and "spectra" as own_json() has it.
boost::json::object experiment_json(const LoadedExperiment& experiment);
// {"size": {"unit", "edges"}, …} in the order of the bins, the last axis fastest.
boost::json::object axes_json(const Axes& axes);

}  // namespace spillgate::offline
