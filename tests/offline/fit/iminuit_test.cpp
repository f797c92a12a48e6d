// The same likelihoods fitted by Minuit (package python3-iminuit).
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "offline/fit/toys.hpp"
#include "tests/offline/fit/exported_likelihood.hpp"
#include "tests/offline/fit/models.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

const std::string script = std::string(SPILLGATE_SOURCE_DIR) + "/tests/offline/fit/iminuit_fit.py";

// Status and output of a shell command.
std::pair<int, std::string> run(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    while (const auto n = fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, n);
    return {pclose(pipe), output};
}

// Debian's own python has Debian's packages, another one in front of it may not. Empty if none can be used.
std::string usable_python() {
    for (const std::string python : {"/usr/bin/python3", "python3"}) {
        std::string command = python;
        command += " '" + script + "' 2>&1";
        if (run(command).first == 0) return python;
    }
    return "";
}

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
    const spillgate::offline::testing::TestDirectory directory;
    std::ofstream(directory.path("likelihood.json")) << exported(likelihood, model);
    const auto [status, output] =
        run(python + " '" + script + "' '" + directory.path("likelihood.json") + "'");
    INFO(output);
    REQUIRE(status == 0);
    const auto minuit = boost::json::parse(output).as_object();
    REQUIRE(minuit.at("valid").as_bool());
    const auto ours = fit(likelihood).value();
    REQUIRE(ours.healthy());
    CHECK(ours.chi2 == Approx(minuit.at("chi2").to_number<double>()).margin(2e-5));
    for (const auto& fitted : ours.parameters) {
        INFO(fitted.parameter.name);
        const auto& theirs = minuit.at("parameters").at(fitted.parameter.name);
        const double error = theirs.at("error").to_number<double>();
        CHECK(fitted.value == Approx(theirs.at("value").to_number<double>()).margin(3e-3 * error));
        CHECK(fitted.hesse.value() == Approx(error).epsilon(5e-3));
        CHECK(fitted.error_minus.value() == Approx(theirs.at("minus").to_number<double>()).epsilon(5e-3));
        CHECK(fitted.error_plus.value() == Approx(theirs.at("plus").to_number<double>()).epsilon(5e-3));
    }
}

}  // namespace

TEST_CASE("values and errors are those of Minuit, for each statistic", "[integration]") {
    const auto python = usable_python();
    if (python.empty()) {
        std::cout << "SKIPPED: python3 is not here, or cannot import iminuit (package python3-iminuit)\n";
        return;
    }
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
