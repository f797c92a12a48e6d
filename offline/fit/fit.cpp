#include "offline/fit/fit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::fit {

using proto::ErrorKind;

namespace {

proto::Result<std::vector<std::size_t>> wanted_errors(const Likelihood& likelihood,
                                                      const FitOptions& options) {
    const auto varied = likelihood.varied();
    if (options.profile_errors == ErrorsOf::NONE) return std::vector<std::size_t>{};
    if (options.profile_errors == ErrorsOf::ALL)
        return std::vector<std::size_t>(varied.begin(), varied.end());
    std::vector<std::size_t> wanted;
    for (const auto& name : options.named) {
        const auto index = likelihood.index_of(name);
        if (!index) return index.error();
        if (std::find(varied.begin(), varied.end(), *index) == varied.end())
            return proto::error(ErrorKind::REFUSED,
                                fmt::format("parameter '{}' is not free: it has no error", name));
        wanted.push_back(*index);
    }
    return wanted;
}

FitResult describe(const Likelihood& likelihood, Minimum minimum, Workspace& workspace) {
    FitResult result;
    result.chi2 = minimum.chi2;
    result.chi2_pulls = likelihood.pulls_chi2(minimum.values);
    result.degrees_of_freedom = likelihood.degrees_of_freedom();
    likelihood.model().expected(minimum.values, *workspace.model, workspace.expected);
    result.expected = workspace.expected;
    if (minimum.converged) {
        result.covariance = hesse(likelihood, minimum, likelihood.varied(), workspace);
        if (!result.covariance.positive_definite) result.add(Flag::NO_COVARIANCE);
    } else {
        result.covariance.n = minimum.values.size();
        result.covariance.matrix.assign(minimum.values.size() * minimum.values.size(), 0);
        result.add(Flag::NOT_CONVERGED);
    }
    if (minimum.any_at_limit()) result.add(Flag::AT_LIMIT);
    for (std::size_t i = 0; i < minimum.values.size(); ++i) {
        FittedParameter fitted;
        fitted.parameter = likelihood.parameters()[i];
        fitted.value = minimum.values[i];
        fitted.free = fitted.parameter.free;
        fitted.at_limit = minimum.at_limit[i];
        fitted.hesse = result.covariance.error(i);
        if (fitted.free && fitted.parameter.pull) fitted.pull = likelihood.pull_of(i, fitted.value);
        result.parameters.push_back(std::move(fitted));
    }
    result.minimum = std::move(minimum);
    return result;
}

enum class Round { FINISHED, LOWER_MINIMUM, INTERRUPTED };

class Errors {
  public:
    Errors(const Likelihood& likelihood, const FitOptions& options, const std::stop_token& stop,
           Workspace& workspace)
        : likelihood_(likelihood), options_(options), stop_(stop), workspace_(workspace) {}

    // Fills the profile errors in; stops where a lower minimum is met.
    Round find(FitResult& result, std::span<const std::size_t> wanted) {
        for (const auto i : wanted) {
            if (stop_.stop_requested()) return Round::INTERRUPTED;
            const auto errors = profile_errors(likelihood_, result.minimum, i, workspace_, options_.level,
                                               options_.minimiser);
            // What it can refuse has been asked before.
            if (!errors) continue;
            auto& fitted = result.parameters[i];
            fitted.error_minus = errors->minus.error;
            fitted.error_plus = errors->plus.error;
            fitted.minus_end = errors->minus.end;
            fitted.plus_end = errors->plus.end;
            for (const auto* side : {&errors->minus, &errors->plus}) {
                if (side->end == Crossing::BELOW_BEST_FIT) {
                    lower_ = side->values;
                    return Round::LOWER_MINIMUM;
                }
                if (side->end != Crossing::FOUND) result.add(Flag::ERROR_NOT_FOUND);
                if (side->end == Crossing::FOUND && side->others_at_limit) result.add(Flag::ERROR_FROM_LIMIT);
            }
        }
        return Round::FINISHED;
    }
    const std::vector<double>& lower_minimum() const { return lower_; }

  private:
    const Likelihood& likelihood_;
    const FitOptions& options_;
    const std::stop_token& stop_;
    Workspace& workspace_;
    std::vector<double> lower_;
};

}  // namespace

proto::Result<FitResult> fit(const Likelihood& likelihood, const FitOptions& options,
                             const std::stop_token& stop) {
    const auto wanted = wanted_errors(likelihood, options);
    if (!wanted) return wanted.error();
    if (!(options.level > 0) || !std::isfinite(options.level))
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("errors at Δχ² = {}: it must be positive", options.level));
    Workspace workspace(likelihood);
    Errors errors(likelihood, options, stop, workspace);
    auto minimum = minimise(likelihood, workspace, options.minimiser);
    for (int repeats = 0;; ++repeats) {
        auto result = describe(likelihood, std::move(minimum), workspace);
        if (!result.minimum.converged) return result;
        const auto round = errors.find(result, *wanted);
        if (round == Round::INTERRUPTED) return proto::error(ErrorKind::REFUSED, "the fit was interrupted");
        if (round == Round::FINISHED) return result;
        if (repeats == 3) {
            result.add(Flag::OTHER_MINIMUM);
            result.add(Flag::ERROR_NOT_FOUND);
            return result;
        }
        minimum =
            minimise(likelihood, errors.lower_minimum(), likelihood.varied(), workspace, options.minimiser);
    }
}

}  // namespace spillgate::offline::fit
