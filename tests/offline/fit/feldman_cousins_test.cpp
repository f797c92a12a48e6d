#include "offline/fit/feldman_cousins.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/fit/interval_ends.hpp"
#include "offline/fit/profile.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

double poisson(int n, double mu) {
    return std::exp(n * std::log(mu) - mu - std::lgamma(n + 1.0));
}

// Whether n counts are accepted at this signal, by summing probabilities in the order of their likelihood
// ratio.
bool accepted(int observed, double signal, double background, double level) {
    constexpr int most = 80;
    std::vector<int> order(most);
    std::iota(order.begin(), order.end(), 0);
    const auto ratio = [&](int n) {
        return poisson(n, signal + background) / poisson(n, std::max<double>(n, background));
    };
    std::sort(order.begin(), order.end(), [&](int a, int b) { return ratio(a) > ratio(b); });
    double sum = 0;
    for (const int n : order) {
        if (n == observed) return true;
        sum += poisson(n, signal + background);
        if (sum >= level) return false;
    }
    return false;
}

FeldmanCousins by_toys(const TemplateModel& model, double n, double level, double from, double to,
                       std::size_t points, std::uint64_t toys = 4000, unsigned threads = 2) {
    const auto likelihood = likelihood_of(model, {n});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    ToyOptions options;
    options.toys = toys;
    options.parallel.threads = threads;
    return feldman_cousins(likelihood, best, 0, grid_of(from, to, points), level, options).value();
}

}  // namespace

// Phys. Rev. D 57 (1998) 3873, table IV: 90 % for b = 3. Not of n = 0, whose published end is that of a
// higher background (section IV B: made not to rise as the background falls).
TEST_CASE("intervals of a Poisson signal over known background are the published ones", "[property]") {
    struct Published {
        int n;
        double low, high;
    };
    const auto published = GENERATE(Published{1, 0, 1.88}, Published{3, 0, 4.42}, Published{6, 0.15, 8.47},
                                    Published{10, 2.63, 13.50});
    INFO("n = " << published.n);
    const auto model = counting_experiment(3);
    const auto near = [&](double end) { return std::pair(std::max(0.0, end - 0.6), end + 0.6); };
    const auto [from, to] = near(published.high);
    const auto upper = by_toys(model, published.n, 0.9, from, to, 13);
    REQUIRE_FALSE(upper.intervals.empty());
    // The grid has steps of a tenth; the critical value jumps between whole counts.
    CHECK(upper.intervals.back().high == Approx(published.high).margin(0.15));
    CHECK(upper.intervals.back().high_error.has_value());
    if (published.low > 0) {
        const auto [low_from, low_to] = near(published.low);
        const auto lower = by_toys(model, published.n, 0.9, low_from, low_to, 13);
        REQUIRE_FALSE(lower.intervals.empty());
        CHECK(lower.intervals.front().low == Approx(published.low).margin(0.15));
    }
}

TEST_CASE("every tested value is accepted as the exact sum over counts says", "[property]") {
    const auto model = counting_experiment(3);
    const double level = GENERATE(0.6827, 0.90);
    int compared = 0;
    for (const int n : {0, 2, 5, 9}) {
        const auto found = by_toys(model, n, level, 0, 12, 13, 1500);
        for (const auto& tested : found.tested) {
            REQUIRE(tested.valid);
            CHECK(tested.not_converged == 0);
            if (!tested.certain) continue;
            // Too close for this number of toys.
            if (accepted(n, tested.value, 3, level - 0.02) != accepted(n, tested.value, 3, level + 0.02))
                continue;
            ++compared;
            INFO("n = " << n << ", signal " << tested.value << ", level " << level);
            CHECK(tested.accepted == accepted(n, tested.value, 3, level));
        }
    }
    CHECK(compared > 35);
}

TEST_CASE("with many counts the critical value is that of Wilks") {
    const auto model = counting_experiment(100, -1000);
    const auto found = by_toys(model, 400, 0.6827, 299, 301, 3, 4000);
    for (const auto& tested : found.tested)
        CHECK(std::abs(tested.critical - 1) < 4 * 0.5 * (tested.critical_high - tested.critical_low));
}

TEST_CASE("a construction is the same on one thread and on three") {
    const auto model = counting_experiment(3);
    const auto one = by_toys(model, 5, 0.9, 0, 4, 3, 300, 1);
    const auto three = by_toys(model, 5, 0.9, 0, 4, 3, 300, 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(one.tested[i].critical == three.tested[i].critical);
        CHECK(one.tested[i].p_value.passed == three.tested[i].p_value.passed);
    }
}

TEST_CASE("an unknown background widens the interval") {
    const TemplateModel known({free_parameter("s", 5, 0), pulled_parameter("b", 1, 0.001)}, {{1.0}, {20.0}},
                              {0.0});
    const TemplateModel unknown({free_parameter("s", 5, 0), pulled_parameter("b", 1, 0.3)}, {{1.0}, {20.0}},
                                {0.0});
    const auto narrow = by_toys(known, 35, 0.6827, 0, 40, 21, 400);
    const auto wide = by_toys(unknown, 35, 0.6827, 0, 40, 21, 400);
    REQUIRE(narrow.intervals.size() == 1);
    REQUIRE(wide.intervals.size() == 1);
    CHECK(wide.intervals[0].high - wide.intervals[0].low >
          1.2 * (narrow.intervals[0].high - narrow.intervals[0].low));
}

TEST_CASE("an interrupted construction keeps the values that were finished") {
    const auto model = counting_experiment(3);
    const auto likelihood = likelihood_of(model, {5});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    std::stop_source stop;
    ToyOptions options;
    options.toys = 100;
    options.parallel = {1, stop.get_token(), [&](std::uint64_t done, std::uint64_t total) {
                            if (total != 500) stop.request_stop();
                            if (done == 250) stop.request_stop();
                        }};
    const auto found = feldman_cousins(likelihood, best, 0, grid_of(0, 4, 5), 0.9, options).value();
    CHECK(found.interrupted);
    CHECK(found.tested.size() == 2);
}

TEST_CASE("an end at the grid's edge has no error, one between values is interpolated") {
    std::vector<TestedValue> tested(4);
    for (std::size_t i = 0; i < 4; ++i) {
        tested[i].value = static_cast<double>(i);
        tested[i].valid = true;
        tested[i].critical = tested[i].critical_low = tested[i].critical_high = 1;
    }
    tested[0].delta_chi2 = 0.2;
    tested[1].delta_chi2 = 0.5;
    tested[2].delta_chi2 = 2;
    tested[3].delta_chi2 = 9;
    tested[0].accepted = tested[1].accepted = true;
    tested[2].critical_high = 1.5;
    const auto intervals = accepted_intervals(tested);
    REQUIRE(intervals.size() == 1);
    CHECK(intervals[0].low == 0);
    CHECK_FALSE(intervals[0].low_error.has_value());
    CHECK(intervals[0].high == Approx(1 + 0.5 / 1.5));
    CHECK(intervals[0].high_error.value() == Approx(0.5 * (0.5 - 0.5 / 1.5)));
}

TEST_CASE("constructions that cannot be are refused with the reason") {
    const auto model = counting_experiment(3);
    const auto likelihood = likelihood_of(model, {5});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    const std::vector<double> down{2, 1}, outside{-1, 1};
    const auto why = [&](std::span<const double> grid, double level, std::uint64_t toys) {
        ToyOptions options;
        options.toys = toys;
        return feldman_cousins(likelihood, best, 0, grid, level, options).error().message;
    };
    CHECK(why(grid_of(0, 1, 2), 1.2, 100) == "confidence level 1.2: it lies between 0 and 1");
    CHECK(why(grid_of(0, 1, 2), 0.9, 5) == "5 toys are too few");
    CHECK(why(down, 0.9, 100) == "the values to test do not ascend");
    CHECK(why(outside, 0.9, 100) == "-1 is outside the limits of 's', 0 to inf");
}
