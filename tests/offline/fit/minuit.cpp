#include "tests/offline/fit/minuit.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/verbs/run_program.hpp"

namespace spillgate::tests {

namespace fit = offline::fit;

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

}  // namespace

// Debian's own python has Debian's packages, another one in front of it may not.
std::string python_with_iminuit() {
    for (const std::string python : {"/usr/bin/python3", "python3"}) {
        std::string command = python;
        command += " '" + script + "' 2>&1";
        if (run(command).first == 0) return python;
    }
    std::cout << "SKIPPED: python3 is not here, or cannot import iminuit (package python3-iminuit)\n";
    return "";
}

boost::json::object minuit_fit(const std::string& python, std::string_view exported) {
    const offline::testing::TestDirectory directory;
    const auto path = directory.path("likelihood.json");
    std::ofstream(path) << exported;
    std::string command = python;
    command += " '" + script + "' '" + path + "'";
    const auto [status, output] = run(command);
    INFO(output);
    REQUIRE(status == 0);
    auto minuit = boost::json::parse(output).as_object();
    REQUIRE(minuit.at("valid").as_bool());
    return minuit;
}

void check_against_minuit(const fit::FitResult& ours, const boost::json::object& minuit, bool beyond_limits) {
    REQUIRE(ours.minimum.converged);
    CHECK(ours.chi2 == Approx(minuit.at("chi2").to_number<double>()).margin(2e-5));
    for (const auto& fitted : ours.parameters) {
        if (!fitted.free) continue;
        INFO(fitted.parameter.name);
        const auto& theirs = minuit.at("parameters").at(fitted.parameter.name);
        const double error = theirs.at("error").to_number<double>();
        CHECK(fitted.value == Approx(theirs.at("value").to_number<double>()).margin(3e-3 * error));
        CHECK(fitted.hesse.value() == Approx(error).epsilon(5e-3));
        const double minus = theirs.at("minus").to_number<double>();
        if (beyond_limits && fitted.minus_end == fit::Crossing::LIMIT)
            CHECK(fitted.value - minus < fitted.parameter.lower);
        else
            CHECK(fitted.error_minus.value() == Approx(minus).epsilon(5e-3));
        CHECK(fitted.error_plus.value() == Approx(theirs.at("plus").to_number<double>()).epsilon(5e-3));
    }
}

}  // namespace spillgate::tests
