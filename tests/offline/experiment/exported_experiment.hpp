// An experiment's likelihood for another program to fit (tests/offline/fit/iminuit_fit.py): tables of the
// signal by size over radius and pulls and by time over the onset, and a template for each background. What
// multiplies and adds them, and the likelihood itself, is that program's own.
#pragma once

#include <string>

#include "offline/fit/likelihood.hpp"
#include "tests/offline/experiment/experiment_data.hpp"

namespace spillgate::offline::test {

// `model`: with parameters set free, which `likelihood` is of. As exported_data() of
// tests/offline/fit/exported_likelihood.hpp, but without limits, whose transforms in Minuit distort errors;
// and "templates", "signal" {"size_axes", "time_axes": [{"parameter", "nodes"}], "parts": [{"size", "time"}],
// "factors", "events"}, "checks" [{"values", "counts"}]: expected counts at points between the nodes.
std::string exported(const Analysis& analysis, const ExperimentModel& model,
                     const fit::Likelihood& likelihood, const std::string& data);

}  // namespace spillgate::offline::test
