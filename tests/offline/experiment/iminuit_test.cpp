// The published analyses fitted by Minuit (package python3-iminuit), by a likelihood of its own.
#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "tests/offline/experiment/exported_experiment.hpp"
#include "tests/offline/fit/minuit.hpp"

using namespace spillgate;
using namespace spillgate::offline;

TEST_CASE("published analyses have the minima and errors that Minuit finds", "[integration]") {
    const auto data = test::published_data();
    const auto python = data.empty() ? std::string() : tests::python_with_iminuit();
    if (python.empty()) return;
    const struct {
        const char *experiment, *free;
    } cases[]{{"coherent-csi-2021", "cevns"},
              {"coherent-csi-2021", "R_n"},
              {"coherent-csi-2017", "R_n"},
              {"coherent-lar-2020", "cevns"}};
    for (const auto& [experiment, free] : cases) {
        INFO(experiment << ", free " << free);
        const auto analysis = test::analysis(experiment, data);
        auto model = analysis.model;
        REQUIRE(model.set_free({free}));
        const auto likelihood = fit::Likelihood::make(model, {analysis.observed.coincidence, {}, {}}).value();
        const auto minuit = tests::minuit_fit(python, test::exported(analysis, model, likelihood, data));
        // In statistical errors of a bin. Were all bins off by so much in the worst way, a value would move
        // by the root of their number times that: by 6·10⁻⁴ of its error, a fifth of what is allowed below.
        CHECK(minuit.at("worst_check").to_number<double>() < 2e-5);
        tests::check_against_minuit(fit::fit(likelihood).value(), minuit, true);
    }
}
