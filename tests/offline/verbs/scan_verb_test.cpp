// scan, run as a person does.
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/experiment/experiment_data.hpp"
#include "tests/offline/verbs/experiment_program.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate::offline;
using testing::experiment_file;
using testing::number;
using testing::run_program;
using testing::said;

TEST_CASE("the profile of Asimov data is 0 at the truth and rises on both sides of it") {
    const auto scan = said({"scan", "--experiment", experiment_file("csns-lar"), "--asimov", "--set",
                            R"(nuclear.radius={ nuclide: "Ar" neutron_rms_fm: 3.405 })", "--parameter",
                            "R_n=3.105,3.205,3.305,3.405,3.505,3.605,3.705"});
    const auto& points = scan.at("points").as_array();
    REQUIRE(points.size() == 7);
    CHECK(number(scan.at("best")) == Approx(3.405).margin(1e-4));
    CHECK(number(points[3].at("delta_chi2")) == Approx(0).margin(1e-6));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(number(points[i].at("delta_chi2")) > number(points[i + 1].at("delta_chi2")));
        CHECK(number(points[6 - i].at("delta_chi2")) > number(points[5 - i].at("delta_chi2")));
    }
    // The flux, known to a tenth, makes up for what another radius changes.
    CHECK(number(points[6].at("parameters").at("flux")) > 1.001);
    CHECK(scan.at("asimov").as_bool());
    CHECK(scan.at("fit").at("flags").as_array().empty());
}

TEST_CASE("a scan without values goes through the best fit to three sigma on either side") {
    const auto scan = said({"scan", "--experiment", experiment_file("csns-lar"), "--asimov"});
    const auto& points = scan.at("points").as_array();
    CHECK(points.size() == 31);
    CHECK(number(points.front().at("delta_chi2")) == Approx(9).epsilon(1e-4));
    CHECK(number(points.back().at("delta_chi2")) == Approx(9).epsilon(1e-4));
    bool has_best = false;
    for (const auto& point : points)
        has_best = has_best || point.at("value") == scan.at("best");
    CHECK(has_best);
    // The outermost interval is the range.
    CHECK(number(scan.at("intervals").at(2).at("low")) == Approx(number(points.front().at("value"))));
}

TEST_CASE("the profile of R_n of the CsI data of 2021 crosses 1 at its errors") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const testing::TestDirectory directory;
    const auto scan = said({"scan", "--experiment", experiment_file("coherent-csi-2021"), "--data", data,
                            "--parameter", "R_n=4.4:6.4:201", "--plot", directory.path("scan.png")});
    CHECK(number(scan.at("best")) == Approx(5.40).margin(0.03));
    // Where the curve itself passes 1, apart from what the interval says.
    std::vector<double> crossings;
    const auto& points = scan.at("points").as_array();
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const double here = number(points[i].at("delta_chi2")) - 1;
        const double next = number(points[i + 1].at("delta_chi2")) - 1;
        const double x = number(points[i].at("value"));
        if (here * next < 0)
            crossings.push_back(x + here / (here - next) * (number(points[i + 1].at("value")) - x));
    }
    REQUIRE(crossings.size() == 2);
    CHECK(crossings[0] == Approx(5.40 - 0.42).margin(0.03));
    CHECK(crossings[1] == Approx(5.40 + 0.40).margin(0.03));
    const auto& interval = scan.at("intervals").at(0);
    CHECK(number(interval.at("low")) == Approx(crossings[0]).margin(1e-3));
    CHECK(number(interval.at("high")) == Approx(crossings[1]).margin(1e-3));
    CHECK(testing::content_of(directory.path("scan.png")).starts_with("\x89PNG"));
}

TEST_CASE("a best value at its limit is flagged in text and JSON, and has no interval beyond") {
    const auto data = test::published_data();
    if (data.empty()) return;
    std::vector<std::string> arguments{"scan", "--experiment", experiment_file("coherent-csi-2021"), "--data",
                                       data,   "--set",        "limits.neutron_rms_max_fm=5"};
    CHECK(run_program(arguments).out.find("WARNING: at-limit (R_n)") != std::string::npos);
    const auto scan = said(arguments);
    CHECK(number(scan.at("best")) == 5);
    CHECK(scan.at("fit").at("parameters").at("R_n").at("at_limit").as_string() == "upper");
    CHECK(scan.at("fit").at("flags").at(0).as_string() == "at-limit");
    CHECK(scan.at("intervals").at(0).at("high").is_null());
    CHECK(scan.at("intervals").at(0).at("high_end").as_string() == "limit");
    CHECK(number(scan.at("intervals").at(0).at("low")) < 5);
    CHECK(number(scan.at("points").as_array().back().at("value")) == 5);
    CHECK(number(scan.at("points").at(0).at("delta_chi2")) == Approx(9).epsilon(1e-3));
}

TEST_CASE("scan refuses what cannot be scanned, with what can") {
    const auto refused = [](const std::string& parameter, std::string_view why) {
        const auto run = run_program(
            {"scan", "--experiment", experiment_file("csns-lar"), "--asimov", "--parameter", parameter});
        INFO(run.err);
        CHECK(run.err.find(why) != std::string::npos);
        CHECK(run.out.empty());
        return run.status;
    };
    CHECK(refused("R_p", "no parameter is 'R_p'; there are cevns") == 2);
    CHECK(refused("R_n=1:3", "1 is outside the limits of 'R_n', 2 to 10") == 2);
    CHECK(refused("flux=0.9,20", "20 is outside the limits of 'flux', 0 to 10") == 2);
    CHECK(refused("R_n=a", "'a' is not a number") == 2);
    CHECK(run_program({"scan", "--experiment", experiment_file("csns-lar")}).err.find("is a projection") !=
          std::string::npos);
    CHECK(run_program({"scan", "--experiment", experiment_file("csns-lar"), "--asimov", "--plot", "a.txt"})
              .status == 2);
}
