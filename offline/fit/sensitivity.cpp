#include "offline/fit/sensitivity.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::fit {

using proto::ErrorKind;

proto::Result<Sensitivity> sensitivity(const Likelihood& likelihood, std::span<const double> truth,
                                       std::size_t parameter, const MinimiserOptions& options) {
    if (truth.size() != likelihood.parameters().size())
        return proto::error(ErrorKind::REFUSED, fmt::format("{} true values for {} parameters", truth.size(),
                                                            likelihood.parameters().size()));
    std::vector<Parameter> parameters(likelihood.parameters().begin(), likelihood.parameters().end());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (auto fine = check_grid(parameters[i], truth.subspan(i, 1)); !fine) return fine.error();
        parameters[i].start = truth[i];
    }
    auto data = asimov(likelihood, truth);
    if (!data) return data.error();
    const auto of_truth =
        Likelihood::make(likelihood.model(), std::move(parameters), std::move(*data), likelihood.statistic());
    if (!of_truth) return of_truth.error();
    Workspace workspace(*of_truth);
    const auto best = minimise(*of_truth, workspace, options);
    if (!best.converged) return proto::error(ErrorKind::REFUSED, "the fit to Asimov data did not converge");
    auto errors = profile_errors(*of_truth, best, parameter, workspace, 1, options);
    if (!errors) return errors.error();
    Sensitivity found;
    found.value = truth[parameter];
    if (errors->minus.error && errors->plus.error) {
        found.error = 0.5 * (*errors->minus.error + *errors->plus.error);
        if (found.value != 0) found.relative_error = *found.error / std::abs(found.value);
    }
    found.errors = std::move(*errors);
    return found;
}

}  // namespace spillgate::offline::fit
