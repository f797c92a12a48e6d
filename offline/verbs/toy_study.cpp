#include "offline/verbs/toy_study.hpp"

#include "offline/fit/fit.hpp"

namespace spillgate::offline {

proto::Result<fit::FitResult> fit_for_toys(const FitProblem& problem,
                                           const std::vector<std::string>& errors_of,
                                           const std::stop_token& stop) {
    fit::FitOptions options;
    options.profile_errors = errors_of.empty() ? fit::ErrorsOf::NONE : fit::ErrorsOf::NAMED;
    options.named = errors_of;
    auto fitted = fit::fit(problem.likelihood, options, stop);
    if (!fitted) return fitted.error();
    if (!fitted->minimum.converged)
        return proto::error(proto::ErrorKind::REFUSED,
                            "the best fit did not converge: there is nothing to compare toys with");
    return fitted;
}

boost::json::object fraction_json(const fit::Fraction& fraction) {
    return {{"value", fraction.value()},
            {"error", fraction.error()},
            {"passed", fraction.passed},
            {"of", fraction.all}};
}

}  // namespace spillgate::offline
