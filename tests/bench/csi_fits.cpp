// Prediction, fit, profile and Feldman-Cousins toys of the published CsI[Na] data.
#include <array>
#include <chrono>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "offline/fit/feldman_cousins.hpp"
#include "offline/fit/fit.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/csi_analysis.hpp"
#include "tests/bench/measure.hpp"

namespace spillgate::bench {

namespace {

namespace fit = offline::fit;
using proto::error;
using proto::ErrorKind;
using proto::Result;

std::string size_of(const CsiAnalysis& csi) {
    return fmt::format("CsI[Na] 2021, {} bins, {} free parameters", csi.likelihood.bins(),
                       csi.likelihood.varied().size());
}

// R_n is another one each time, so that nothing that depends on it can be kept.
double next_radius(double last) {
    return last > 6 ? 4.8 : last + 0.0137;
}

}  // namespace

Result<std::vector<Row>> csi_prediction(const Options& options) {
    const auto csi = csi_analysis(options);
    if (!csi) return csi.error();
    const auto& model = *csi->model;
    auto values = csi->likelihood.start();
    std::vector<double> counts(model.bins());
    const auto scratch = model.scratch();
    const auto predict = [&](fit::Model::Scratch& memory) {
        auto& radius = values[csi->neutron_radius];
        radius = next_radius(radius);
        model.expected(values, memory, counts);
        benchmark::DoNotOptimize(counts.data());
    };
    const double kept = median_seconds([&] { predict(*scratch); });
    const double anew = median_seconds([&] { predict(*model.scratch()); });
    return std::vector<Row>{
        {"csi_prediction", 1e3 * kept, "ms", 1e3 * anew,
         fmt::format("{}, one core, R_n another one each time; reference: with nothing kept from the last",
                     size_of(*csi))}};
}

Result<std::vector<Row>> csi_fit(const Options& options) {
    const auto csi = csi_analysis(options);
    if (!csi) return csi.error();
    bool healthy = true;
    const auto milliseconds = [&](unsigned starts, fit::ErrorsOf errors_of) {
        fit::FitOptions fit_options;
        fit_options.minimiser.starts = starts;
        fit_options.profile_errors = errors_of;
        fit_options.named = {"R_n"};
        return 1e3 * median_seconds([&] {
                   const auto fitted = fit::fit(csi->likelihood, fit_options);
                   healthy = healthy && fitted && fitted->healthy();
               });
    };
    const double once = milliseconds(1, fit::ErrorsOf::NAMED);
    const unsigned usual_starts = fit::FitOptions().minimiser.starts;
    const double as_the_verb = milliseconds(usual_starts, fit::ErrorsOf::ALL);
    if (!healthy) return error(ErrorKind::REFUSED, "a fit was not healthy: this is not its speed");
    return std::vector<Row>{
        {"csi_fit", once, "ms", std::nullopt,
         fmt::format("{}, one core, minimum, covariance and profile errors of R_n; as the verb does it, the "
                     "minimum sought from {} starts and profile errors of all parameters: {:.3g} ms",
                     size_of(*csi), usual_starts, as_the_verb)}};
}

Result<std::vector<Row>> csi_profile(const Options& options) {
    constexpr std::size_t points = 20;
    const auto csi = csi_analysis(options);
    if (!csi) return csi.error();
    fit::Workspace workspace(csi->likelihood);
    const auto best = fit::minimise(csi->likelihood, workspace);
    const auto grid = fit::grid_of(4.2, 6.6, points);
    bool complete = true;
    const double seconds = median_seconds([&] {
        const auto scanned = fit::profile(csi->likelihood, best, csi->neutron_radius, grid, workspace);
        complete = complete && scanned && scanned->complete();
    });
    if (!complete) return error(ErrorKind::REFUSED, "a point was not fitted: this is not its speed");
    return std::vector<Row>{
        {"csi_profile", 1e3 * seconds, "ms", std::nullopt,
         fmt::format("{}, one core, R_n at {} values from {} to {} fm (3 sigma), the others minimised",
                     size_of(*csi), points, grid.front(), grid.back())}};
}

Result<std::vector<Row>> fc_toys(const Options& options) {
    constexpr std::uint64_t toys = 10'000;
    constexpr std::array tested{4.9};  // fm
    const auto csi = csi_analysis(options);
    if (!csi) return csi.error();
    fit::Workspace workspace(csi->likelihood);
    const auto best = fit::minimise(csi->likelihood, workspace);
    const auto seconds = [&](std::uint64_t number, unsigned threads) -> Result<double> {
        fit::ToyOptions toy_options{.toys = number, .seed = 1, .parallel = {threads, {}, {}}};
        const auto begin = std::chrono::steady_clock::now();
        const auto found =
            fit::feldman_cousins(csi->likelihood, best, csi->neutron_radius, tested, 0.9, toy_options);
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
        if (!found) return found.error();
        if (!found->tested.front().valid || found->tested.front().not_converged > number / 100)
            return error(ErrorKind::REFUSED, "too many toys were not fitted: this is not their speed");
        return spent.count();
    };
    const auto two = seconds(toys, 2);
    if (!two) return two.error();
    const auto one = seconds(toys / 10, 1);
    if (!one) return one.error();
    return std::vector<Row>{
        {"fc_toys", *two, "s", 10 * *one,
         fmt::format("{}, {} toys at R_n = {} fm, each fitted with R_n held and free, two "
                     "threads; reference: ten times a tenth of them on one",
                     size_of(*csi), toys, tested.front())}};
}

}  // namespace spillgate::bench
