#include "offline/fit/likelihood.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/data/allocation_count.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

std::string refusal(const Model& model, Observation observed, Statistic statistic = Statistic::POISSON) {
    const auto made = Likelihood::make(model, std::move(observed), statistic);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == spillgate::proto::ErrorKind::CONFIG);
    return made.error().message;
}

std::string refusal_of(Parameter parameter) {
    return refusal(TemplateModel({std::move(parameter)}, {{1.0}}, {1.0}), {{1}, {}, {}});
}

}  // namespace

TEST_CASE("the deviance is twice the difference of Poisson log-likelihoods from the saturated model") {
    const auto model = counting_experiment(3);
    for (const double n : {0.0, 1.0, 2.5, 40.0, 1e6}) {
        const auto likelihood = likelihood_of(model, {n});
        Workspace workspace(likelihood);
        for (const double s : {0.0, 0.5, 37.0, 1e6 - 3}) {
            const long double mu = s + 3.0L;
            const long double logs = n > 0 ? n * std::log(static_cast<long double>(n) / mu) : 0.0L;
            const double value = s;
            CHECK(likelihood.chi2({&value, 1}, workspace).value() ==
                  Approx(static_cast<double>(2 * (mu - n + logs))).epsilon(1e-12).margin(1e-12));
        }
    }
}

TEST_CASE("the deviance close to its minimum is exact, whatever the counts") {
    const auto model = counting_experiment(0);
    const double n = 1e8;
    const auto likelihood = likelihood_of(model, {n});
    Workspace workspace(likelihood);
    for (const double d : {1e-9, -1e-6, 1e-3, 0.0199999, 0.0200001}) {
        const double s = n * (1 + d);
        const long double exact = static_cast<long double>(s) / n - 1;
        const long double expected = 2 * n * (exact - std::log1p(exact));
        CHECK(likelihood.chi2({&s, 1}, workspace).value() ==
              Approx(static_cast<double>(expected)).epsilon(1e-6));
    }
}

TEST_CASE("a point without prediction has no likelihood") {
    const auto model = counting_experiment(3, -10);
    const auto observed = likelihood_of(model, {2});
    const auto empty = likelihood_of(model, {0});
    Workspace workspace(observed);
    for (const double s : {-3.5, std::nan(""), std::numeric_limits<double>::infinity()}) {
        CHECK_FALSE(observed.chi2({&s, 1}, workspace).has_value());
        CHECK_FALSE(empty.chi2({&s, 1}, workspace).has_value());
    }
    const double nothing = -3;
    CHECK_FALSE(observed.chi2({&nothing, 1}, workspace).has_value());
    CHECK(empty.chi2({&nothing, 1}, workspace).value() == 0);
}

TEST_CASE("a pull adds the square of its distance in units of that side's error") {
    auto parameter = pulled_parameter("s", 5, 1);
    parameter.pull = Pull{5, 0.5, 2};
    const TemplateModel model({parameter}, {{1.0}}, {0.0});
    const auto likelihood = likelihood_of(model, {5});
    CHECK(likelihood.pull_of(0, 4) == -2);
    CHECK(likelihood.pull_of(0, 9) == 2);
    const double low = 4;
    CHECK(likelihood.pulls_chi2({&low, 1}) == 4);
    Workspace workspace(likelihood);
    CHECK(likelihood.chi2({&low, 1}, workspace).value() == Approx(2 * (4 - 5 + 5 * std::log(5.0 / 4)) + 4));
}

TEST_CASE(
    "gradients agree with differences of chi2, for each statistic, with exact and numerical derivatives") {
    const auto statistic = GENERATE(Statistic::POISSON, Statistic::CHI2_COUNTS, Statistic::CHI2_SIGMA);
    const auto model = time_and_light();
    std::vector<double> counts(99), sigma;
    for (std::size_t bin = 0; bin < counts.size(); ++bin)
        counts[bin] = 1 + static_cast<double>(bin % 17);
    if (statistic == Statistic::CHI2_SIGMA) sigma.assign(99, 1.5);
    const auto likelihood = Likelihood::make(model, {counts, sigma, {}}, statistic);
    REQUIRE(likelihood.has_value());
    Workspace workspace(*likelihood);
    const std::vector<double> values{1, 5.3, 0.07, 0.05, 1.01, 0.8, -0.4, 0.6};
    REQUIRE(
        likelihood->differentiate(values, likelihood->varied(), Curvature::EXPECTED, workspace).has_value());
    const auto gradient = workspace.gradient;
    for (std::size_t k = 0; k < likelihood->varied().size(); ++k) {
        auto up = values, down = values;
        up[likelihood->varied()[k]] += 1e-5;
        down[likelihood->varied()[k]] -= 1e-5;
        const double slope = (*likelihood->chi2(up, workspace) - *likelihood->chi2(down, workspace)) / 2e-5;
        CHECK(gradient[k] == Approx(slope).epsilon(1e-4).margin(1e-4));
    }
}

TEST_CASE("numerical derivatives stay within the limits and are as good there") {
    const auto parameter = free_parameter("x", 1, 1, 2);
    const FunctionModel model({parameter}, 1, [](std::span<const double> v, std::span<double> counts) {
        counts[0] = v[0] < 1 || v[0] > 2 ? std::nan("") : v[0] * v[0] * v[0];
    });
    const auto scratch = model.scratch();
    const std::size_t wanted = 0;
    for (const double x : {1.0, 1.5, 2.0}) {
        double derivative = 0;
        model.derivatives({&x, 1}, {&wanted, 1}, model.parameters(), *scratch, {&derivative, 1});
        CHECK(derivative == Approx(3 * x * x).epsilon(1e-6));
    }
}

TEST_CASE(
    "expected curvature is Fisher's information, observed curvature the second derivative of a linear "
    "model") {
    const auto model = counting_experiment(3);
    const auto likelihood = likelihood_of(model, {8});
    Workspace workspace(likelihood);
    const double s = 1;
    REQUIRE(
        likelihood.differentiate({&s, 1}, likelihood.varied(), Curvature::EXPECTED, workspace).has_value());
    CHECK(workspace.curvature[0] == Approx(2.0 / 4));
    REQUIRE(
        likelihood.differentiate({&s, 1}, likelihood.varied(), Curvature::OBSERVED, workspace).has_value());
    CHECK(workspace.curvature[0] == Approx(2.0 * 8 / 16));
}

TEST_CASE("evaluations allocate nothing") {
    const auto model = time_and_light();
    const auto likelihood = likelihood_of(model, std::vector<double>(99, 4));
    Workspace workspace(likelihood);
    const auto values = likelihood.start();
    (void)likelihood.differentiate(values, likelihood.varied(), Curvature::EXPECTED, workspace);
    const auto start = allocations();
    bool fine = true;
    for (int i = 0; i < 10; ++i)
        fine = fine && likelihood.chi2(values, workspace) &&
               likelihood.differentiate(values, likelihood.varied(), Curvature::OBSERVED, workspace);
    CHECK(allocations() == start);
    CHECK(fine);
}

TEST_CASE("what cannot be fitted is refused, with its name") {
    const auto model = counting_experiment(3);
    CHECK(refusal(model, {{1, 2}, {}, {}}) == "2 bins were observed, the model has 1");
    CHECK(refusal(model, {{-1}, {}, {}}) == "bin 0 has -1 counts");
    CHECK(refusal(model, {{std::nan("")}, {}, {}}) == "bin 0 has nan counts");
    CHECK(refusal(model, {{0}, {}, {}}, Statistic::CHI2_COUNTS) ==
          "bin 0 has no counts, and this χ² divides by them: use the Poisson likelihood");
    CHECK(refusal(model, {{4}, {0}, {}}, Statistic::CHI2_SIGMA) == "bin 0 has σ = 0: it must be positive");
    CHECK(refusal(model, {{4}, {}, {}}, Statistic::CHI2_SIGMA) == "0 bins have a σ, and 1 need one");
    CHECK(refusal(model, {{4}, {}, {1, 2}}) == "2 centres of pulls for 1 parameters");
    CHECK(refusal(counting_experiment(-3), {{4}, {}, {}}) ==
          "at the parameters' starts the model expects -2 counts in bin 0, where 4 were observed");
}

TEST_CASE("parameters that contradict themselves are refused, with their name") {
    CHECK(refusal_of(free_parameter("s", 1, 2, 2)) ==
          "parameter 's' has limits 2 to 2: the lower one must be below the upper");
    CHECK(refusal_of(free_parameter("s", 1, 2, 3)) == "parameter 's' starts at 1, outside its limits 2 to 3");
    CHECK(refusal_of(free_parameter("s", std::nan(""))) == "parameter 's' starts at nan");
    CHECK(refusal_of(free_parameter("", 1)) == "parameter 0 has no name");
    CHECK(refusal_of(pulled_parameter("s", 1, 0)) ==
          "the pull of parameter 's' has σ = 0: it must be positive");
    const TemplateModel twice({free_parameter("s", 1), free_parameter("s", 1)}, {{1.0}, {1.0}}, {0.0});
    CHECK(refusal(twice, {{1}, {}, {}}) == "two parameters are named 's'");
}

TEST_CASE("a parameter's name gives its index, another name those there are") {
    const auto model = time_and_light();
    const auto likelihood = likelihood_of(model, std::vector<double>(99, 4));
    CHECK(likelihood.index_of("onset").value() == 2);
    CHECK(likelihood.index_of("onst").error().message ==
          "no parameter 'onst'; there are: norm, width, onset, flux, steady, prompt, bend, slope");
    // norm is held, five have pulls.
    CHECK(likelihood.degrees_of_freedom() == 99 - 2);
}
