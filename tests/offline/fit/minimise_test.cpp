#include "offline/fit/minimise.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "offline/fit/hesse.hpp"
#include "offline/fit/simplex_search.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

// A straight line through points with errors: closed formulas for everything.
struct StraightLine {
    StraightLine() {
        for (std::size_t i = 0; i < 8; ++i) {
            const double t = static_cast<double>(i);
            x.push_back(t);
            y.push_back(3 + 0.7 * t + 0.4 * std::sin(5 * t));
            sigma.push_back(0.3 + 0.05 * t);
            const double w = 1 / (sigma[i] * sigma[i]);
            s += w;
            sx += w * t;
            sy += w * y[i];
            sxx += w * t * t;
            sxy += w * t * y[i];
        }
        determinant = s * sxx - sx * sx;
    }
    double intercept() const { return (sxx * sy - sx * sxy) / determinant; }
    double slope() const { return (s * sxy - sx * sy) / determinant; }

    std::vector<double> x, y, sigma;
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, determinant = 0;
};

}  // namespace

TEST_CASE("a straight line is fitted as the closed formulas say: values, errors, correlation, chi2") {
    const StraightLine line;
    const TemplateModel model({free_parameter("a", 1), free_parameter("b", 0)},
                              {std::vector<double>(8, 1.0), line.x}, std::vector<double>(8, 0.0));
    const auto likelihood = Likelihood::make(model, {line.y, line.sigma, {}}, Statistic::CHI2_SIGMA);
    REQUIRE(likelihood.has_value());
    const auto fitted = fit(*likelihood).value();
    REQUIRE(fitted.healthy());
    CHECK(fitted.parameters[0].value == Approx(line.intercept()).epsilon(1e-10));
    CHECK(fitted.parameters[1].value == Approx(line.slope()).epsilon(1e-10));
    CHECK(fitted.parameters[0].hesse.value() == Approx(std::sqrt(line.sxx / line.determinant)).epsilon(1e-7));
    CHECK(fitted.parameters[1].hesse.value() == Approx(std::sqrt(line.s / line.determinant)).epsilon(1e-7));
    CHECK(fitted.parameters[1].error_minus.value() == Approx(*fitted.parameters[1].hesse).epsilon(1e-6));
    CHECK(fitted.parameters[1].error_plus.value() == Approx(*fitted.parameters[1].hesse).epsilon(1e-6));
    CHECK(fitted.covariance.correlation(0, 1) ==
          Approx(-line.sx / std::sqrt(line.s * line.sxx)).epsilon(1e-7));
    double chi2 = 0;
    for (std::size_t i = 0; i < 8; ++i)
        chi2 += std::pow((line.y[i] - line.intercept() - line.slope() * line.x[i]) / line.sigma[i], 2);
    CHECK(fitted.chi2 == Approx(chi2).epsilon(1e-10));
    CHECK(fitted.degrees_of_freedom == 6);
}

TEST_CASE("a pull and a Gaussian measurement share the value by their weights") {
    const TemplateModel model({pulled_parameter("s", 10, 2)}, {{1.0}}, {0.0});
    const auto likelihood = Likelihood::make(model, {{16}, {1}, {}}, Statistic::CHI2_SIGMA);
    REQUIRE(likelihood.has_value());
    const auto fitted = fit(*likelihood).value();
    REQUIRE(fitted.healthy());
    const double value = (16 / 1.0 + 10 / 4.0) / (1 + 0.25);
    CHECK(fitted.parameters[0].value == Approx(value));
    CHECK(fitted.parameters[0].hesse.value() == Approx(1 / std::sqrt(1.25)));
    CHECK(fitted.parameters[0].pull.value() == Approx((value - 10) / 2));
    CHECK(fitted.chi2_pulls == Approx(std::pow((value - 10) / 2, 2)));
    CHECK(fitted.degrees_of_freedom == 1);
}

TEST_CASE("bins without counts pull the expectation down, and are fitted") {
    // μ = s·f: the best s is the number of counts whatever the shape.
    const TemplateModel model({free_parameter("s", 50, 0)}, {{0.5, 0.3, 0.15, 0.05}},
                              std::vector<double>(4, 0.0));
    const auto likelihood = likelihood_of(model, {7, 0, 1, 0});
    const auto fitted = fit(likelihood).value();
    CHECK(fitted.healthy());
    CHECK(fitted.parameters[0].value == Approx(8).epsilon(1e-7));
    CHECK(fitted.parameters[0].hesse.value() == Approx(std::sqrt(8.0)).epsilon(1e-5));
}

TEST_CASE("a parameter that wants beyond its limit stays there, is flagged and has no parabolic error") {
    const auto model = counting_experiment(5);
    const auto likelihood = likelihood_of(model, {2});
    const auto fitted = fit(likelihood).value();
    CHECK(fitted.minimum.converged);
    CHECK(fitted.parameters[0].value == 0);
    CHECK(fitted.parameters[0].at_limit == Limit::LOWER);
    CHECK_FALSE(fitted.parameters[0].hesse.has_value());
    CHECK_FALSE(fitted.parameters[0].error_minus.has_value());
    CHECK(fitted.parameters[0].minus_end == Crossing::LIMIT);
    CHECK(fitted.parameters[0].error_plus.has_value());
    CHECK(fitted.has(Flag::AT_LIMIT));
    CHECK(fitted.has(Flag::ERROR_NOT_FOUND));
    CHECK(text_of(fitted.parameters[0], fitted).find("(at its lower limit)") != std::string::npos);
    CHECK(text_of(fitted).find("WARNING: at-limit") != std::string::npos);
}

TEST_CASE("one of two correlated parameters at its limit: the other one is minimised along it") {
    const TemplateModel model({free_parameter("a", 2, 0), free_parameter("b", 2, 0, 20)},
                              {{1.0, 0.5, 0.2}, {0.8, 0.6, 0.4}}, {1.0, 1.0, 1.0});
    const auto likelihood = likelihood_of(model, {2, 7, 9});
    Workspace workspace(likelihood);
    const auto minimum = minimise(likelihood, workspace);
    REQUIRE(minimum.converged);
    CHECK(minimum.at_limit[0] == Limit::LOWER);
    CHECK(minimum.at_limit[1] == Limit::NONE);
    CHECK_FALSE(minimum.used_fallback);
    double lowest = HUGE_VAL, best_b = 0;
    for (double b = 0; b < 20; b += 1e-3) {
        const std::vector<double> values{0, b};
        const double chi2 = likelihood.chi2(values, workspace).value();
        if (chi2 < lowest) {
            lowest = chi2;
            best_b = b;
        }
    }
    CHECK(minimum.values[1] == Approx(best_b).margin(1.1e-3));
    CHECK(minimum.chi2 <= lowest);
}

TEST_CASE("a fit that runs out of evaluations says that it did not converge, and gives no errors") {
    const auto model = time_and_light();
    const auto likelihood = likelihood_of(model, std::vector<double>(99, 4));
    FitOptions options;
    options.minimiser.iterations = 1;
    options.minimiser.starts = 1;
    options.minimiser.fallback = false;
    const auto fitted = fit(likelihood, options).value();
    CHECK_FALSE(fitted.minimum.converged);
    CHECK_FALSE(fitted.healthy());
    REQUIRE(fitted.has(Flag::NOT_CONVERGED));
    for (const auto& parameter : fitted.parameters) {
        CHECK_FALSE(parameter.hesse.has_value());
        CHECK_FALSE(parameter.error_minus.has_value());
        CHECK_FALSE(parameter.error_plus.has_value());
    }
    CHECK(text_of(fitted).find("WARNING: not-converged") != std::string::npos);
}

TEST_CASE("where the model ends χ² may end on a slope: no error is given that way") {
    const auto model = counting_experiment(3, -HUGE_VAL);
    const auto likelihood = likelihood_of(model, {0});
    const auto fitted = fit(likelihood).value();
    CHECK_FALSE(fitted.healthy());
    CHECK(fitted.parameters[0].value == Approx(-3).margin(1e-6));
    CHECK_FALSE(fitted.parameters[0].hesse.has_value());
    CHECK_FALSE(fitted.parameters[0].error_minus.has_value());
}

TEST_CASE("parameters that cannot be told apart are flagged and get no error") {
    const TemplateModel model({free_parameter("a", 2), free_parameter("b", 2)}, {{1.0, 2.0}, {2.0, 4.0}},
                              {1.0, 1.0});
    const auto likelihood = likelihood_of(model, {12, 21});
    FitOptions options;
    options.profile_errors = ErrorsOf::NONE;
    const auto fitted = fit(likelihood, options).value();
    CHECK(fitted.has(Flag::NO_COVARIANCE));
    CHECK_FALSE(fitted.parameters[0].hesse.has_value());
    CHECK(text_of(fitted).find("(no error)") != std::string::npos);
}

TEST_CASE("the simplex finds the same minimum as Fisher scoring, on its own") {
    const auto model = time_and_light();
    std::vector<double> counts(99);
    for (std::size_t bin = 0; bin < counts.size(); ++bin)
        counts[bin] =
            std::floor(20 * std::exp(-0.02 * static_cast<double>(bin))) + static_cast<double>(bin % 3);
    const auto likelihood = likelihood_of(model, counts);
    Workspace workspace(likelihood);
    const auto minimum = minimise(likelihood, workspace);
    REQUIRE(minimum.converged);
    auto values = likelihood.start();
    for (int i = 0; i < 4; ++i)
        simplex_search(likelihood, likelihood.varied(), values, 1, 20000, workspace);
    CHECK(minimum.chi2 == Approx(likelihood.chi2(values, workspace).value()).margin(1e-4));
}

TEST_CASE("a minimum at a kink of the model is found by the simplex") {
    const FunctionModel model({free_parameter("x", 0.3, -5, 5)}, 1,
                              [](std::span<const double> v, std::span<double> counts) {
                                  counts[0] = 10 + std::abs(v[0] - 1) + 0.2 * (v[0] - 1);
                              });
    const auto likelihood = likelihood_of(model, {4});
    Workspace workspace(likelihood);
    const auto minimum = minimise(likelihood, workspace);
    CHECK(minimum.converged);
    CHECK(minimum.values[0] == Approx(1).margin(1e-4));
}

TEST_CASE("further starts find the lower of two minima") {
    const FunctionModel model({free_parameter("x", -1.8, -3, 3)}, 1,
                              [](std::span<const double> v, std::span<double> counts) {
                                  counts[0] = 10 + std::pow(v[0] * v[0] - 4, 2) - v[0];
                              });
    const auto likelihood = likelihood_of(model, {2});
    Workspace workspace(likelihood);
    CHECK(minimise(likelihood, workspace).values[0] < 0);
    MinimiserOptions options;
    options.starts = 4;
    const auto minimum = minimise(likelihood, workspace, options);
    CHECK(minimum.converged);
    CHECK(minimum.values[0] > 0);
}

TEST_CASE("chi2 over the counts is what its formula says, with an energy-like pull") {
    // The expectation is bent by a pulled parameter, as in Σ(N − N′(1 + ξ))²/N + ξ²/σ².
    const FunctionModel model({pulled_parameter("xi", 0, 0.1)}, 2,
                              [](std::span<const double> v, std::span<double> counts) {
                                  counts[0] = 100 * (1 + v[0]);
                                  counts[1] = 50 * (1 + v[0]);
                              });
    const auto likelihood = likelihood_of(model, {110, 60}, Statistic::CHI2_COUNTS);
    const auto fitted = fit(likelihood).value();
    REQUIRE(fitted.healthy());
    const double a = 100.0 * 100 / 110 + 50.0 * 50 / 60 + 100;
    const double b = 100.0 * 10 / 110 + 50.0 * 10 / 60;
    CHECK(fitted.parameters[0].value == Approx(b / a).epsilon(1e-8));
    CHECK(fitted.parameters[0].hesse.value() == Approx(1 / std::sqrt(a)).epsilon(1e-7));
}

TEST_CASE("a name that is no free parameter has no error, and is refused") {
    const auto model = time_and_light();
    const auto likelihood = likelihood_of(model, std::vector<double>(99, 4));
    FitOptions options;
    options.profile_errors = ErrorsOf::NAMED;
    options.named = {"norm"};
    CHECK(fit(likelihood, options).error().message == "parameter 'norm' is not free: it has no error");
    options.named = {"nor"};
    CHECK(fit(likelihood, options).error().message.starts_with("no parameter 'nor'; there are: norm, width"));
    options.named = {"width"};
    options.level = 0;
    CHECK(fit(likelihood, options).error().message == "errors at Δχ² = 0: it must be positive");
}
