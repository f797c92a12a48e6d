// The same likelihoods fitted by Minuit (package python3-iminuit).
#include <cmath>

#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "offline/fit/toys.hpp"
#include "tests/offline/fit/exported_likelihood.hpp"
#include "tests/offline/fit/minuit.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

BilinearModel signal_and_backgrounds() {
    std::vector<std::vector<double>> templates(5, std::vector<double>(60));
    BilinearModel::Product flux{0, 3, std::vector<double>(60)}, bend{0, 4, std::vector<double>(60)};
    for (std::size_t bin = 0; bin < 60; ++bin) {
        const double x = static_cast<double>(bin) / 10;
        templates[0][bin] = 9 * std::exp(-x / 1.5);
        templates[1][bin] = 4 * std::exp(-x / 10);
        templates[2][bin] = 5 * std::exp(-0.5 * std::pow((x - 2) / 0.4, 2));
        flux.counts[bin] = templates[0][bin];
        bend.counts[bin] = 0.3 * (x - 1.5) * std::exp(-x / 1.5);
    }
    auto bent = pulled_parameter("bend", 0, 1);
    bent.pull = Pull{0, 0.8, 1.3};
    return {{free_parameter("signal", 1, 0, 10), pulled_parameter("steady", 1, 0.05),
             free_parameter("line", 1, 0, HUGE_VAL), pulled_parameter("flux", 0, 0.1), bent},
            std::vector<double>(60, 0.02),
            templates,
            {flux, bend}};
}

void compare(const Likelihood& likelihood, const BilinearModel& model, const std::string& python) {
    const auto ours = fit(likelihood).value();
    REQUIRE(ours.healthy());
    check_against_minuit(ours, minuit_fit(python, exported(likelihood, model)));
}

}  // namespace

TEST_CASE("values and errors are those of Minuit, for each statistic", "[integration]") {
    const auto python = python_with_iminuit();
    if (python.empty()) return;
    const auto model = signal_and_backgrounds();
    auto toy = likelihood_of(model, std::vector<double>(60, 1));
    const std::vector<double> truth{1, 1, 1, 0.03, 0.4};
    const auto source = ToySource::make(toy, truth, 99).value();
    for (std::uint64_t number = 0; number < 3; ++number) {
        source.draw(number, toy);
        compare(toy, model, python);
    }
    const std::vector<double> smooth(source.expected().begin(), source.expected().end());
    compare(likelihood_of(model, smooth, Statistic::CHI2_COUNTS), model, python);
    const auto errors = Likelihood::make(model, {toy.observed().counts, std::vector<double>(60, 2.2), {}},
                                         Statistic::CHI2_SIGMA);
    REQUIRE(errors.has_value());
    compare(*errors, model, python);
}
