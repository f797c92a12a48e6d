// toys, run as a person does.
#include <csignal>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/experiment/experiment_data.hpp"
#include "tests/offline/verbs/experiment_program.hpp"
#include "tests/offline/verbs/run_program.hpp"
#include "tests/offline/verbs/terminal_program.hpp"

using namespace spillgate::offline;
using testing::experiment_file;
using testing::number;
using testing::run_program;
using testing::said;

namespace {

namespace json = boost::json;

std::vector<std::string> toys(const std::string& what, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{
        "toys", "--what", what, "--experiment", experiment_file("csns-lar"), "--set", "statistic=POISSON"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

constexpr std::chrono::seconds patience{240};  // of a sanitized program on a busy machine

}  // namespace

TEST_CASE("fits of toys of argon at CSNS give back their radius with its errors") {
    const testing::TestDirectory directory;
    const auto found = said(toys("closure", {"--free", "R_n", "--truth", "R_n=3.5", "--toys", "400", "--seed",
                                             "11", "--plot", directory.path("closure.png")}));
    CHECK(found.at("done").as_int64() == 400);
    CHECK(found.at("not_converged").as_int64() == 0);
    for (const std::string name : {"R_n", "flux"}) {
        const auto& of = found.at("parameters").at(name);
        INFO(name);
        CHECK(std::abs(number(of.at("pull_mean"))) < 4 * number(of.at("pull_mean_error")));
        CHECK(std::abs(number(of.at("pull_width")) - 1) < 4 * number(of.at("pull_width_error")));
        CHECK(std::abs(number(of.at("coverage").at("value")) - 0.6827) <
              4 * number(of.at("coverage").at("error")));
        CHECK(of.at("pulls").as_int64() > 390);
    }
    CHECK(number(found.at("parameters").at("R_n").at("truth")) == 3.5);
    CHECK(testing::content_of(directory.path("closure.png")).starts_with("\x89PNG"));
}

TEST_CASE("equal seeds give equal toys on any number of threads, other seeds others") {
    const auto found = [](const std::string& seed, const std::string& threads) {
        return said(toys("goodness-of-fit", {"--asimov", "--free", "R_n", "--toys", "60", "--seed", seed,
                                             "--threads", threads}));
    };
    const auto one = found("5", "1");
    CHECK(one == found("5", "3"));
    CHECK(one.at("chi2_of_toys").as_array().size() == 60);
    CHECK(one.at("chi2_of_toys") != found("6", "1").at("chi2_of_toys"));
    // Asimov data are described better than any toy.
    CHECK(number(one.at("p_value").at("value")) == 1);
}

TEST_CASE("toys of the CsI data of 2021 find that their chi2 is usual") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const auto found =
        said({"toys", "--what", "goodness-of-fit", "--experiment", experiment_file("coherent-csi-2021"),
              "--data", data, "--free", "R_n", "--toys", "200"});
    CHECK(number(found.at("chi2")) == Approx(89.6).margin(1));
    CHECK(number(found.at("p_value").at("value")) > 0.4);
    CHECK(number(found.at("p_value").at("value")) < 0.95);
    CHECK(number(found.at("p_value").at("error")) < 0.04);
}

TEST_CASE("a Feldman-Cousins interval of a well measured radius is near that of its profile") {
    const testing::TestDirectory directory;
    const auto found = said(toys("feldman-cousins", {"--asimov", "--parameter", "R_n", "--level", "0.6827",
                                                     "--toys", "400", "--plot", directory.path("fc.png")}));
    REQUIRE(found.at("intervals").as_array().size() == 1);
    CHECK(found.at("tested").as_array().size() == 11);
    const auto fitted = said({"fit", "--experiment", experiment_file("csns-lar"), "--set",
                              "statistic=POISSON", "--asimov", "--free", "R_n"});
    const auto& radius = fitted.at("parameters").at("R_n");
    const double error = number(radius.at("error_minus"));
    const auto& interval = found.at("intervals").at(0);
    CHECK(number(interval.at("low")) == Approx(number(radius.at("value")) - error).margin(0.2 * error));
    CHECK(number(interval.at("high")) == Approx(number(radius.at("value")) + error).margin(0.2 * error));
    CHECK(number(interval.at("low_error")) > 0);
    CHECK(testing::content_of(directory.path("fc.png")).starts_with("\x89PNG"));
}

TEST_CASE("toys say how to get a likelihood that they can have, and what else is wrong") {
    const auto refused = [](const std::vector<std::string>& arguments, std::string_view why) {
        const auto run = run_program(arguments);
        INFO(run.err);
        CHECK(run.err.find(why) != std::string::npos);
        return run.status;
    };
    CHECK(refused({"toys", "--what", "closure", "--experiment", experiment_file("csns-lar"), "--free", "R_n"},
                  "--set statistic=POISSON") == 2);
    CHECK(refused(toys("closure", {"--truth", "R_n=3.5"}), "R_n is held; --free R_n") == 2);
    CHECK(refused(toys("closure", {"--free", "R_n", "--truth", "R_n=1"}), "outside the limits of 'R_n'") ==
          2);
    CHECK(refused(toys("closure", {"--free", "R_n", "--truth", "R_n"}), "expected NAME=VALUE") == 2);
    CHECK(refused(toys("horoscope", {}), "closure") == 2);
    CHECK(refused(toys("closure", {"--toys", "3"}), "--toys") == 2);
    CHECK(refused(toys("feldman-cousins", {"--asimov", "--level", "1.2"}), "--level") == 2);
    CHECK(refused(toys("goodness-of-fit", {"--free", "R_n"}), "is a projection") == 2);
}

TEST_CASE("an interrupt keeps the toys that were done, which are those that a shorter run would give") {
    if (!testing::terminals_exist()) return;
    testing::TerminalProgram program(
        toys("goodness-of-fit", {"--asimov", "--toys", "100000000", "--seed", "3", "--json"}));
    REQUIRE(program.shows("toys: ", patience));
    program.send(SIGINT);
    CHECK(program.wait(patience) == 1);
    const auto found = json::parse(program.out()).as_object();
    CHECK(found.at("interrupted").as_bool());
    const auto done = found.at("done").as_int64();
    REQUIRE(done >= 16);
    REQUIRE(done < 100000000);
    const auto shorter = said(toys("goodness-of-fit", {"--asimov", "--toys", "16", "--seed", "3"}))
                             .at("chi2_of_toys")
                             .as_array();
    const auto& kept = found.at("chi2_of_toys").as_array();
    REQUIRE(kept.size() >= shorter.size());
    CHECK(std::equal(shorter.begin(), shorter.end(), kept.begin()));
}

TEST_CASE("an interrupted construction keeps the values that were tested, and says so to people") {
    if (!testing::terminals_exist()) return;
    testing::TerminalProgram program(toys("feldman-cousins", {"--asimov", "--parameter", "R_n=3.2:3.6:20001",
                                                              "--toys", "10", "--level", "0.9"}));
    // The first progress is shown after more toys than one value has.
    REQUIRE(program.shows("toys: ", patience));
    program.send(SIGINT);
    CHECK(program.wait(patience) == 1);
    const auto out = program.out();
    CHECK(out.find(" of 20001 values") != std::string::npos);
    CHECK(out.find("interrupted after 0 ") == std::string::npos);
    CHECK(out.find("WARNING: interrupted after ") != std::string::npos);
}
