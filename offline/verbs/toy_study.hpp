// What `toys` can find out with simulated experiments: each study is one file. The verb itself knows what
// they have in common: the experiment, number and seed of the toys, threads, progress and interruption.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offline/fit/fit_result.hpp"
#include "offline/fit/toys.hpp"
#include "offline/plot/figure.hpp"
#include "offline/verbs/fit_input.hpp"
#include "offline/verbs/verb.hpp"

namespace spillgate::offline {

struct ToyFindings {
    boost::json::object json;
    std::string text;
    std::vector<std::string> lines;  // the same in few words, for the picture
    std::vector<plot::Panel> panels;
    unsigned width = plot::Figure().width;  // of the picture
    bool interrupted = false;
    bool failed = false;
};

class ToyStudy {
  public:
    virtual ~ToyStudy() = default;
    virtual std::string_view name() const = 0;                     // "closure"
    virtual void add_options(CLI::App& command) = 0;               // of this study alone
    virtual proto::Status check() { return {}; }                   // of options, before any work
    virtual std::vector<std::string> frees() const { return {}; }  // parameters that it needs free
    virtual bool needs_data() const { return true; }
    // Errors as Verb::run(). Interrupted, it says what the toys that were done give.
    virtual proto::Result<ToyFindings> run(const FitProblem& problem, const fit::ToyOptions& toys) = 0;
};

// How often the model gives a χ² as bad as the data's.
std::unique_ptr<ToyStudy> make_goodness_of_fit_study();
// Whether fits give back what toys were made with.
std::unique_ptr<ToyStudy> make_closure_study();
// Confidence intervals of a parameter that have the coverage they claim.
std::unique_ptr<ToyStudy> make_feldman_cousins_study();

// The best fit that a study starts from. Errors: those of fit::fit(); REFUSED (it did not converge).
proto::Result<fit::FitResult> fit_for_toys(const FitProblem& problem,
                                           const std::vector<std::string>& errors_of,
                                           const std::stop_token& stop);

// {"value", "error", "passed", "of"}.
boost::json::object fraction_json(const fit::Fraction& fraction);

}  // namespace spillgate::offline
