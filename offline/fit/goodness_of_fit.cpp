#include "offline/fit/goodness_of_fit.hpp"

#include <optional>

namespace spillgate::offline::fit {

proto::Result<GoodnessOfFit> goodness_of_fit(const Likelihood& likelihood, const Minimum& best,
                                             const ToyOptions& toys, const MinimiserOptions& options) {
    if (!best.converged)
        return proto::error(proto::ErrorKind::REFUSED,
                            "the best fit did not converge: there is no χ² to compare with");
    const auto source = ToySource::make(likelihood, best.values, toys.seed);
    if (!source) return source.error();
    std::vector<std::optional<double>> chi2(toys.toys);
    GoodnessOfFit found;
    found.done = for_each_toy(likelihood, *source, toys, [&](std::uint64_t number, ToyWorker& worker) {
        const auto minimum =
            minimise(worker.likelihood, best.values, worker.likelihood.varied(), worker.workspace, options);
        if (minimum.converged) chi2[number] = minimum.chi2;
    });
    found.chi2 = best.chi2;
    found.degrees_of_freedom = likelihood.degrees_of_freedom();
    found.interrupted = found.done < toys.toys;
    for (std::uint64_t i = 0; i < found.done; ++i) {
        if (!chi2[i]) {
            ++found.not_converged;
            continue;
        }
        found.chi2_of_toys.push_back(*chi2[i]);
        ++found.p_value.all;
        // A toy equal to the data must not fall on either side by round-off.
        if (*chi2[i] >= best.chi2 - 1e-6) ++found.p_value.passed;
    }
    return found;
}

}  // namespace spillgate::offline::fit
