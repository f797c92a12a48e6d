// contour, run as a person does.
#include <algorithm>
#include <cmath>

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

namespace {

namespace json = boost::json;

struct Extent {
    double low = HUGE_VAL, high = -HUGE_VAL;
};

// Of a region along x (0) or y (1).
Extent extent(const json::value& contour, std::size_t coordinate) {
    Extent found;
    for (const auto& polygon : contour.at("polygons").as_array())
        for (const auto& point : polygon.at("points").as_array()) {
            found.low = std::min(found.low, number(point.at(coordinate)));
            found.high = std::max(found.high, number(point.at(coordinate)));
        }
    return found;
}

}  // namespace

TEST_CASE("regions of two radii of the CsI data lie in each other and end where the profiles say") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const testing::TestDirectory directory;
    const std::vector<std::string> csi{"--experiment", experiment_file("coherent-csi-2021"), "--data", data};
    auto arguments = csi;
    arguments.insert(arguments.begin(), "contour");
    arguments.insert(arguments.end(), {"--x", "R_n", "--y", "ssb", "--plot", directory.path("regions.png")});
    const auto map = said(arguments);
    CHECK(map.at("missing").as_int64() == 0);
    CHECK_FALSE(map.at("interrupted").as_bool());
    REQUIRE(map.at("contours").as_array().size() == 3);
    // The region of two parameters at Δχ² = 2.30 is as wide as where the profile of one has risen that far.
    auto profile = csi;
    profile.insert(profile.begin(), "scan");
    profile.insert(profile.end(), {"--parameter", "R_n=4.4:6.4:401"});
    const auto scan = said(profile);
    const auto& points = scan.at("points").as_array();
    Extent expected;
    for (const auto& point : points)
        if (number(point.at("delta_chi2")) < 2.30) {
            expected.low = std::min(expected.low, number(point.at("value")));
            expected.high = std::max(expected.high, number(point.at("value")));
        }
    const auto inner = extent(map.at("contours").at(0), 0);
    CHECK(inner.low == Approx(expected.low).margin(0.02));
    CHECK(inner.high == Approx(expected.high).margin(0.02));
    const auto& ssb = map.at("fit").at("parameters").at("ssb");
    const auto background = extent(map.at("contours").at(0), 1);
    const double wider = std::sqrt(2.30);  // than the errors, of a parameter as good as Gaussian
    CHECK(background.low ==
          Approx(number(ssb.at("value")) - wider * number(ssb.at("error_minus"))).epsilon(2e-3));
    CHECK(background.high ==
          Approx(number(ssb.at("value")) + wider * number(ssb.at("error_plus"))).epsilon(2e-3));
    for (std::size_t axis = 0; axis < 2; ++axis)
        for (std::size_t i = 0; i < 2; ++i) {
            const auto here = extent(map.at("contours").at(i), axis);
            const auto outer = extent(map.at("contours").at(i + 1), axis);
            CHECK(outer.low < here.low);
            CHECK(outer.high > here.high);
        }
    for (const auto& contour : map.at("contours").as_array())
        CHECK_FALSE(contour.at("polygons").at(0).at("cut").as_bool());
    CHECK(testing::content_of(directory.path("regions.png")).starts_with("\x89PNG"));
}

TEST_CASE("a region of Asimov data lies around the truth, on any number of threads") {
    const auto map = [](const std::string& threads) {
        return said({"contour", "--experiment", experiment_file("csns-lar"), "--asimov", "--x",
                     "R_n=3.0:3.8:9", "--y", "flux=0.7:1.3:7", "--threads", threads});
    };
    const auto one = map("1");
    CHECK(one == map("3"));
    CHECK(number(one.at("x").at("best")) == Approx(3.405).margin(1e-3));
    CHECK(number(one.at("y").at("best")) == Approx(1).margin(1e-3));
    REQUIRE(one.at("delta_chi2").as_array().size() == 9);
    REQUIRE(one.at("delta_chi2").at(0).as_array().size() == 7);
    const auto inner = extent(one.at("contours").at(0), 0);
    CHECK(inner.low < 3.405);
    CHECK(inner.high > 3.405);
}

TEST_CASE("the moments of xenon's neutron density have a region, and one that the grid cuts says so") {
    const std::vector<std::string> xenon{"contour",  "--experiment", experiment_file("csns-lxe"),
                                         "--asimov", "--set",        "nuclear.form_factor=MOMENTS"};
    const auto with = [&](const std::string& x, const std::string& y) {
        auto arguments = xenon;
        arguments.insert(arguments.end(), {"--x", x, "--y", y});
        return said(arguments);
    };
    const auto whole = with("R_n", "R4");
    const auto& region = whole.at("contours").at(0);
    REQUIRE(region.at("polygons").as_array().size() == 1);
    CHECK_FALSE(region.at("polygons").at(0).at("cut").as_bool());
    // The region of two is wider than the errors of each, by √2.30 were it an ellipse.
    const auto& radius = whole.at("fit").at("parameters").at("R_n");
    CHECK(number(radius.at("value")) - extent(region, 0).low ==
          Approx(std::sqrt(2.30) * number(radius.at("error_minus"))).epsilon(0.05));
    CHECK(extent(region, 0).high - number(radius.at("value")) ==
          Approx(std::sqrt(2.30) * number(radius.at("error_plus"))).epsilon(0.05));
    // A larger ⟨R⁴⟩ makes up for a larger ⟨R²⟩.
    CHECK(number(whole.at("fit").at("correlation").at("R_n").at("R4")) > 0.9);
    const auto cut = with("R_n=4.79:4.81:3", "R4=5.0:5.2:9");
    CHECK(cut.at("contours").at(2).at("polygons").at(0).at("cut").as_bool());
}

TEST_CASE("contour refuses one parameter twice and what is not free") {
    const auto refused = [](const std::string& x, const std::string& y, std::string_view why) {
        const auto run = run_program(
            {"contour", "--experiment", experiment_file("csns-lar"), "--asimov", "--x", x, "--y", y});
        INFO(run.err);
        CHECK(run.err.find(why) != std::string::npos);
        return run.status;
    };
    CHECK(refused("R_n", "R_n", "are both 'R_n'") == 2);
    CHECK(refused("R_n", "R4", "no parameter is 'R4'") == 2);
    CHECK(refused("cevns", "flux", "'flux' is not free in this fit") == 2);
    CHECK(refused("R_n=4", "flux", "R_n: 2 values at least") == 2);
}
