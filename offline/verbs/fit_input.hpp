// What the verbs that fit have in common: an experiment with its likelihood, of released counts or Asimov
// data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "offline/fit/fit_result.hpp"
#include "offline/plot/figure.hpp"
#include "offline/verbs/experiment_input.hpp"
#include "offline/verbs/verb.hpp"

namespace spillgate::offline {

struct FitProblem {
    std::unique_ptr<const OpenedExperiment> opened;  // stays where it is: the likelihood points to its model
    fit::Likelihood likelihood;
    bool asimov = false;

    const LoadedExperiment& experiment() const { return opened->experiment; }
    // Index of a parameter that this fit varies. Errors: CONFIG.
    proto::Result<std::size_t> free_parameter(const std::string& name) const;
    // Its title as text; as JSON, "experiment" and "asimov".
    Report report() const;
    // A picture's page, without panels.
    plot::Figure page() const;
};

class FitInput {
  public:
    void add_options(CLI::App& command);
    // With these free beside those of --free. Errors: those of ExperimentInput::open(); CONFIG (no data).
    proto::Result<FitProblem> open(const std::vector<std::string>& more_free = {}) const;
    // The same for what does not look at data, whether there are some or not.
    proto::Result<FitProblem> open_without_data(const std::vector<std::string>& more_free = {}) const;

  private:
    proto::Result<FitProblem> open(bool with_data, const std::vector<std::string>& more_free) const;

    ExperimentInput input_;
    bool asimov_ = false;
};

}  // namespace spillgate::offline
