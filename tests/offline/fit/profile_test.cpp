#include "offline/fit/profile.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "offline/fit/sensitivity.hpp"
#include "offline/fit/significance.hpp"
#include "offline/fit/simplex_search.hpp"
#include "offline/fit/toys.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

// Where 2(μ − n + n·ln(n/μ)) is 1, by bisection between n and a point beyond.
double crossing(double n, double beyond) {
    double inside = n, outside = beyond;
    for (int i = 0; i < 200; ++i) {
        const double mu = 0.5 * (inside + outside);
        const double deviance = 2 * (mu - n + (n > 0 ? n * std::log(n / mu) : 0));
        (deviance < 1 ? inside : outside) = mu;
    }
    return inside;
}

// A toy of time_and_light, with its model kept alive.
struct TimeAndLight {
    explicit TimeAndLight(std::uint64_t toy) {
        ToySource::make(likelihood, time_and_light_truth(), 7).value().draw(toy, likelihood);
    }
    FunctionModel model = time_and_light();
    Likelihood likelihood = likelihood_of(model, std::vector<double>(99, 1.0));
    Workspace workspace{likelihood};
};

}  // namespace

TEST_CASE("the errors of a Poisson mean are where the deviance is 1, exactly") {
    for (const double n : {1.0, 4.0, 9.0, 100.0, 2.5}) {
        const auto model = counting_experiment(0);
        const auto likelihood = likelihood_of(model, {n});
        const auto fitted = fit(likelihood).value();
        REQUIRE(fitted.healthy());
        CHECK(fitted.parameters[0].value == Approx(n).epsilon(1e-8));
        CHECK(fitted.parameters[0].error_minus.value() == Approx(n - crossing(n, 1e-9)).epsilon(1e-5));
        CHECK(fitted.parameters[0].error_plus.value() == Approx(crossing(n, 10 * n + 10) - n).epsilon(1e-5));
    }
}

TEST_CASE("without counts the mean has an upper error only: half a count, and the lower one is the limit") {
    const auto model = counting_experiment(0);
    const auto likelihood = likelihood_of(model, {0});
    const auto fitted = fit(likelihood).value();
    CHECK(fitted.parameters[0].error_plus.value() == Approx(0.5).epsilon(1e-6));
    CHECK_FALSE(fitted.parameters[0].error_minus.has_value());
    CHECK(fitted.parameters[0].minus_end == Crossing::LIMIT);
}

TEST_CASE("errors at other levels are where chi2 has risen by them") {
    const auto model = counting_experiment(2);
    const auto likelihood = likelihood_of(model, {30});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    for (const double level : {0.5, 1.0, 2.71, 9.0}) {
        const auto errors = profile_errors(likelihood, best, 0, workspace, level).value();
        for (const double value :
             {best.values[0] - errors.minus.error.value(), best.values[0] + errors.plus.error.value()})
            CHECK(likelihood.chi2({&value, 1}, workspace).value() - best.chi2 == Approx(level).epsilon(1e-5));
    }
}

TEST_CASE("an error that its limit hides is absent, not a number") {
    const TemplateModel model({free_parameter("s", 3, 0, 5)}, {{1.0}}, {0.0});
    const auto likelihood = likelihood_of(model, {4});
    const auto fitted = fit(likelihood).value();
    CHECK(fitted.parameters[0].error_minus.has_value());
    CHECK_FALSE(fitted.parameters[0].error_plus.has_value());
    CHECK(fitted.parameters[0].plus_end == Crossing::LIMIT);
    CHECK(fitted.has(Flag::ERROR_NOT_FOUND));
    CHECK(text_of(fitted.parameters[0], fitted).find("+? (limit)") != std::string::npos);
}

TEST_CASE("an error that depends on another parameter's limit says so") {
    const TemplateModel model({free_parameter("s", 3), free_parameter("b", 1, 0)}, {{1.0, 0.0}, {1.0, 1.0}},
                              {1.0, 1.0});
    const auto likelihood = likelihood_of(model, {4, 1.2});
    const auto fitted = fit(likelihood).value();
    CHECK(fitted.minimum.converged);
    CHECK_FALSE(fitted.has(Flag::AT_LIMIT));
    CHECK(fitted.has(Flag::ERROR_FROM_LIMIT));
}

TEST_CASE("a profile is what a slow search at each of its points finds") {
    TimeAndLight toy(3);
    const auto best = minimise(toy.likelihood, toy.workspace);
    REQUIRE(best.converged);
    const auto grid = grid_of(3.5, 6.5, 5);
    const auto scanned = profile(toy.likelihood, best, 1, grid, toy.workspace).value();
    CHECK(scanned.complete());
    CHECK_FALSE(scanned.below_best_fit);
    const auto others = all_but(toy.likelihood.varied(), 1);
    for (std::size_t i = 0; i < grid.size(); ++i) {
        CHECK(scanned.points[i].value == grid[i]);
        auto values = toy.likelihood.start();
        values[1] = grid[i];
        for (int repeat = 0; repeat < 4; ++repeat)
            simplex_search(toy.likelihood, others, values, 1, 20000, toy.workspace);
        const double slow = toy.likelihood.chi2(values, toy.workspace).value() - best.chi2;
        CHECK(scanned.points[i].delta_chi2.value() == Approx(slow).margin(1e-4));
        CHECK(scanned.points[i].delta_chi2.value() <= slow + 1e-7);
    }
}

TEST_CASE("a profile meets the errors at a rise of 1") {
    TimeAndLight toy(5);
    const auto best = minimise(toy.likelihood, toy.workspace);
    const auto errors = profile_errors(toy.likelihood, best, 1, toy.workspace).value();
    const std::vector<double> ends{best.values[1] - errors.minus.error.value(), best.values[1],
                                   best.values[1] + errors.plus.error.value()};
    const auto scanned = profile(toy.likelihood, best, 1, ends, toy.workspace).value();
    CHECK(scanned.points[0].delta_chi2.value() == Approx(1).epsilon(1e-5));
    CHECK(scanned.points[1].delta_chi2.value() == Approx(0).margin(1e-7));
    CHECK(scanned.points[2].delta_chi2.value() == Approx(1).epsilon(1e-5));
}

TEST_CASE("a profile that finds a lower chi2 than the best fit says that it was none") {
    const auto model = counting_experiment(0);
    const auto likelihood = likelihood_of(model, {9});
    Workspace workspace(likelihood);
    auto best = minimise(likelihood, workspace);
    best.values[0] = 5;
    best.chi2 = likelihood.chi2(best.values, workspace).value();
    CHECK(profile(likelihood, best, 0, grid_of(4, 12, 9), workspace).value().below_best_fit);
    CHECK(profile_errors(likelihood, best, 0, workspace).value().plus.end == Crossing::BELOW_BEST_FIT);
}

TEST_CASE("a fit that starts in the higher of two minima is repeated from the lower one") {
    const FunctionModel model({free_parameter("x", -1.8, -3, 3)}, 1,
                              [](std::span<const double> v, std::span<double> counts) {
                                  counts[0] = 10 + 0.05 * std::pow(v[0] * v[0] - 4, 2) - v[0];
                              });
    const auto likelihood = likelihood_of(model, {2});
    FitOptions options;
    options.minimiser.starts = 1;
    const auto fitted = fit(likelihood, options).value();
    CHECK(fitted.parameters[0].value > 0);
    CHECK_FALSE(fitted.has(Flag::OTHER_MINIMUM));
}

TEST_CASE("scans of what is not free, and outside limits, are refused with the reason") {
    TimeAndLight toy(3);
    auto best = minimise(toy.likelihood, toy.workspace);
    const auto grid = grid_of(1, 12, 3);
    CHECK(profile(toy.likelihood, best, 0, grid, toy.workspace).error().message ==
          "parameter 'norm' is not free: there is nothing to scan");
    CHECK(profile(toy.likelihood, best, 1, grid, toy.workspace).error().message ==
          "1 is outside the limits of 'width', 2 to 9");
    best.converged = false;
    CHECK(profile_errors(toy.likelihood, best, 1, toy.workspace).error().message ==
          "the best fit did not converge: there is nothing to measure from");
}

TEST_CASE("the significance of a counting experiment is the root of its likelihood ratio") {
    const auto model = counting_experiment(100, -50);
    const auto likelihood = likelihood_of(model, {140});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    const auto found = significance(likelihood, best, 0, 0, workspace).value();
    CHECK(found.delta_chi2 == Approx(2 * (140 * std::log(1.4) - 40)).epsilon(1e-7));
    CHECK(found.sigmas == Approx(std::sqrt(found.delta_chi2)));
    CHECK(found.p_value == Approx(std::erfc(found.sigmas / std::sqrt(2.0))));
    CHECK_FALSE(found.null_at_limit);
    CHECK_FALSE(found.below_null);
}

TEST_CASE("pulls are fitted anew under the null hypothesis, and lower its significance") {
    const TemplateModel model({free_parameter("s", 10, 0), pulled_parameter("b", 1, 0.1)}, {{1.0}, {100.0}},
                              {0.0});
    const auto likelihood = likelihood_of(model, {140});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    const auto found = significance(likelihood, best, 0, 0, workspace).value();
    CHECK(found.null.values[1] > 1);
    CHECK(found.sigmas < 3.0);
    CHECK(found.sigmas > 2.0);
    // s = 0 is its limit: half of all experiments without signal give 0.
    CHECK(found.null_at_limit);
    CHECK(found.p_value == Approx(0.5 * std::erfc(found.sigmas / std::sqrt(2.0))));
}

TEST_CASE("counts where no background is expected exclude the null hypothesis, but not by a number") {
    const TemplateModel model({free_parameter("s", 10, 0), pulled_parameter("b", 1, 0.1)},
                              {{1.0, 1.0}, {30.0, 0.0}}, {0.0, 0.0});
    const auto likelihood = likelihood_of(model, {40, 12});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    REQUIRE(best.converged);
    const auto found = significance(likelihood, best, 0, 0, workspace);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().message.starts_with(
        "with 's' held at 0 a bin that has counts is expected to have none"));
}

TEST_CASE("a parameter that means nothing without signal is said to be unidentified") {
    const FunctionModel model({free_parameter("s", 10, 0), free_parameter("shape", 0.5, 0, 1)}, 2,
                              [](std::span<const double> v, std::span<double> counts) {
                                  counts[0] = 20 + v[0] * v[1];
                                  counts[1] = 20 + v[0] * (1 - v[1]);
                              });
    const auto likelihood = likelihood_of(model, {28, 35});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    CHECK(significance(likelihood, best, 0, 0, workspace).value().unidentified_others);
}

TEST_CASE("the sensitivity of a counting experiment without background is near the root of its counts") {
    const auto model = counting_experiment(0);
    const auto likelihood = likelihood_of(model, {1});
    const double truth = 10'000;
    const auto found = sensitivity(likelihood, {&truth, 1}, 0).value();
    CHECK(found.error.value() == Approx(100).epsilon(1e-3));
    CHECK(found.relative_error.value() == Approx(0.01).epsilon(1e-3));
    const double nothing = 0;
    const auto hidden = sensitivity(likelihood, {&nothing, 1}, 0).value();
    CHECK_FALSE(hidden.error.has_value());
    CHECK(hidden.errors.minus.end == Crossing::LIMIT);
}

TEST_CASE("a pulled norm limits the sensitivity as its error does") {
    const FunctionModel model(
        {free_parameter("s", 1, 0), pulled_parameter("flux", 0, 0.1)}, 1,
        [](std::span<const double> v, std::span<double> counts) { counts[0] = 1e6 * v[0] * (1 + v[1]); });
    const auto likelihood = likelihood_of(model, {1}, Statistic::CHI2_COUNTS);
    const std::vector<double> truth{1, 0};
    const auto found = sensitivity(likelihood, truth, 0).value();
    CHECK(found.relative_error.value() == Approx(0.1).epsilon(0.02));
}
