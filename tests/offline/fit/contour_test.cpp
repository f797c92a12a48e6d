#include "offline/fit/contour.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/fit/profile.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

double area(const Polygon& polygon) {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.points.size(); ++i) {
        const auto& a = polygon.points[i];
        const auto& b = polygon.points[(i + 1) % polygon.points.size()];
        twice += a.x * b.y - b.x * a.y;
    }
    return 0.5 * twice;
}

std::vector<double> heights_of(const std::vector<double>& x, const std::vector<double>& y, auto function) {
    std::vector<double> heights;
    for (const double at_x : x)
        for (const double at_y : y)
            heights.push_back(function(at_x, at_y));
    return heights;
}

// Two measured numbers, a third parameter between them with a pull: χ² is a known parabola.
struct Correlated {
    TemplateModel model{{free_parameter("a", 0), free_parameter("b", 0), pulled_parameter("c", 0, 1)},
                        {{1.0, 0.0}, {0.0, 1.0}, {1.0, 0.8}},
                        {0.0, 0.0}};
    Likelihood likelihood = Likelihood::make(model, {{1, 2}, {0.5, 0.7}, {}}, Statistic::CHI2_SIGMA).value();
    Workspace workspace{likelihood};
    Minimum best = minimise(likelihood, workspace);
    // Of (a, b): diag(σ²) + (1, 0.8)ᵀ(1, 0.8).
    double aa = 0.25 + 1, ab = 0.8, bb = 0.49 + 0.64;
    double delta(double a, double b) const {
        const double da = a - 1, db = b - 2;
        return (bb * da * da - 2 * ab * da * db + aa * db * db) / (aa * bb - ab * ab);
    }
};

}  // namespace

TEST_CASE("the contours of a correlated Gaussian are its ellipses") {
    const Correlated gaussian;
    const auto x = grid_of(-4, 6, 41);
    const auto y = grid_of(-3, 7, 37);
    const auto map = contour_map(gaussian.likelihood, gaussian.best, 0, x, 1, y).value();
    CHECK(map.missing == 0);
    for (std::size_t ix = 0; ix < x.size(); ++ix)
        for (std::size_t iy = 0; iy < y.size(); ++iy)
            CHECK(map.delta_chi2[ix * y.size() + iy] == Approx(gaussian.delta(x[ix], y[iy])).margin(1e-6));
    for (const double level : sigma_levels) {
        const auto contour = map.contour(level);
        REQUIRE(contour.polygons.size() == 1);
        CHECK_FALSE(contour.polygons[0].cut);
        for (const auto& point : contour.polygons[0].points)
            CHECK(gaussian.delta(point.x, point.y) == Approx(level).epsilon(0.03));
        const double ellipse =
            M_PI * level * std::sqrt(gaussian.aa * gaussian.bb - gaussian.ab * gaussian.ab);
        CHECK(area(contour.polygons[0]) == Approx(ellipse).epsilon(0.02));
    }
}

TEST_CASE("a contour map is the same on one thread and on three") {
    const Correlated gaussian;
    const auto x = grid_of(-1, 3, 9);
    const auto y = grid_of(0, 4, 7);
    const auto one = contour_map(gaussian.likelihood, gaussian.best, 0, x, 1, y, {1, {}, {}}).value();
    const auto three = contour_map(gaussian.likelihood, gaussian.best, 0, x, 1, y, {3, {}, {}}).value();
    CHECK(one.delta_chi2 == three.delta_chi2);
}

TEST_CASE("a region that the grid cuts is closed along its edge, and says so") {
    const Correlated gaussian;
    const auto map =
        contour_map(gaussian.likelihood, gaussian.best, 0, grid_of(1, 6, 21), 1, grid_of(-3, 7, 41)).value();
    const auto contour = map.contour(2.30);
    REQUIRE(contour.polygons.size() == 1);
    CHECK(contour.polygons[0].cut);
    const double half = 0.5 * M_PI * 2.30 * std::sqrt(gaussian.aa * gaussian.bb - gaussian.ab * gaussian.ab);
    CHECK(area(contour.polygons[0]) == Approx(half).epsilon(0.03));
}

TEST_CASE("a map that is stopped has the columns that were reached, and counts those missing") {
    const Correlated gaussian;
    std::stop_source stop;
    ParallelOptions parallel{1, stop.get_token(), [&](std::uint64_t done, std::uint64_t) {
                                 if (done == 3) stop.request_stop();
                             }};
    const auto map =
        contour_map(gaussian.likelihood, gaussian.best, 0, grid_of(-1, 3, 9), 1, grid_of(0, 4, 7), parallel)
            .value();
    CHECK(map.interrupted);
    CHECK(map.missing == 42);
}

TEST_CASE("axes that cannot be mapped are refused with the reason") {
    const Correlated gaussian;
    const auto axis = grid_of(0, 1, 3);
    const std::vector<double> back{1, 0};
    CHECK(contour_map(gaussian.likelihood, gaussian.best, 0, axis, 0, axis).error().message ==
          "both axes are 'a'");
    CHECK(contour_map(gaussian.likelihood, gaussian.best, 0, back, 1, axis).error().message ==
          "the values of 'a' must ascend, and be two at least");
}

TEST_CASE("a ring has an outer border and an inner one, which turns the other way") {
    const auto axis = grid_of(-3, 3, 61);
    const auto heights =
        heights_of(axis, axis, [](double x, double y) { return std::abs(std::hypot(x, y) - 1.5); });
    const auto lines = lines_of_height(axis, axis, heights, 0.5);
    REQUIRE(lines.size() == 2);
    CHECK(area(lines[0]) + area(lines[1]) == Approx(M_PI * (4 - 1)).epsilon(0.02));
    CHECK(std::min(area(lines[0]), area(lines[1])) < 0);
}

TEST_CASE("two lows that meet at a saddle are kept apart, and high ground has no lines") {
    const std::vector<double> axis{0, 1};
    CHECK(lines_of_height(axis, axis, std::vector<double>{0, 2, 2, 0}, 1).size() == 2);
    CHECK(lines_of_height(axis, axis, std::vector<double>{2, 2, 2, 2}, 1).empty());
    const auto all = lines_of_height(axis, axis, std::vector<double>{0, 0, 0, 0}, 1);
    REQUIRE(all.size() == 1);
    CHECK(area(all[0]) == Approx(1));
    CHECK(all[0].cut);
}

TEST_CASE("points without a fit are outside every contour") {
    const auto axis = grid_of(-2, 2, 5);
    auto heights = heights_of(axis, axis, [](double x, double y) { return std::hypot(x, y); });
    heights[12] = std::nan("");
    const auto lines = lines_of_height(axis, axis, heights, 1.5);
    CHECK(lines.size() == 2);
}
