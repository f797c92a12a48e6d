// How far scans go by themselves, and what is left of one that was ended early.
#include "offline/fit/scan_range.hpp"

#include <catch2/catch.hpp>

#include "offline/fit/fit.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

ScanRange range_of(const Likelihood& likelihood, double level, double margin = 1) {
    Workspace workspace(likelihood);
    const auto fitted = fit(likelihood).value();
    return scan_range(likelihood, fitted, 0, level, margin, workspace).value();
}

double deviance(double mu, double n) {
    return 2 * (mu - n + n * std::log(n / mu));
}

}  // namespace

TEST_CASE("a scan goes to where chi2 has risen by its level, on either side, and on by its margin") {
    const auto model = counting_experiment(0);
    const auto likelihood = likelihood_of(model, {100});
    const auto range = range_of(likelihood, 9);
    CHECK(deviance(range.from, 100) == Approx(9).epsilon(1e-5));
    CHECK(deviance(range.to, 100) == Approx(9).epsilon(1e-5));
    CHECK(range.from < 100);
    CHECK(range.to > 100);
    const auto wider = range_of(likelihood, 9, 1.1);
    CHECK(wider.to - 100 == Approx(1.1 * (range.to - 100)));
}

TEST_CASE("a scan ends at the parameter's limit, though the margin would go beyond it") {
    const auto model = counting_experiment(0);
    // Without counts there is no way down.
    const auto none = range_of(likelihood_of(model, {0}), 4);
    CHECK(none.from == 0);
    CHECK(none.to == Approx(2).epsilon(1e-5));
    // 2·(μ − 1 − ln μ) = 4 at μ = 0.0525, and twice as far from 1 there is nothing.
    CHECK(range_of(likelihood_of(model, {1}), 4, 2).from == 0);
}

TEST_CASE("a grid through the best value has it, and is even on each side of it") {
    const auto grid = grid_through(1, {0, 4}, 9);
    REQUIRE(grid.size() == 9);
    CHECK(grid == std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4});
    const auto lopsided = grid_through(0.1, {0, 4}, 4);
    REQUIRE(lopsided.size() == 4);
    CHECK(lopsided[0] == 0);
    CHECK(lopsided[1] == 0.1);
    CHECK(lopsided[3] == 4);
    // A best value at the end is one of an even grid.
    CHECK(grid_through(0, {0, 4}, 5) == std::vector<double>{0, 1, 2, 3, 4});
    CHECK(grid_through(4, {0, 4}, 5) == std::vector<double>{0, 1, 2, 3, 4});
}

TEST_CASE("a scan that is ended early keeps the values that were reached") {
    std::stop_source stop;
    bool scanning = false;
    const FunctionModel model({free_parameter("s", 9, 1, 100)}, 1, [&](auto values, auto counts) {
        counts[0] = values[0];
        if (scanning && values[0] >= 12) stop.request_stop();
    });
    const auto likelihood = likelihood_of(model, {10});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    scanning = true;
    // From the best fit upwards first: 13 and what lies below are not reached.
    const std::vector<double> grid{8, 10.5, 12, 13};
    const auto scanned = profile(likelihood, best, 0, grid, workspace, {}, stop.get_token()).value();
    CHECK(scanned.interrupted);
    CHECK_FALSE(scanned.complete());
    REQUIRE(scanned.points.size() == 4);
    CHECK(scanned.points[1].delta_chi2.value() == Approx(deviance(10.5, 10)));
    CHECK(scanned.points[2].delta_chi2.value() == Approx(deviance(12, 10)));
    CHECK_FALSE(scanned.points[0].delta_chi2.has_value());
    CHECK_FALSE(scanned.points[3].delta_chi2.has_value());
    CHECK(scanned.points[3].value == 13);
}
