#include "offline/fit/toys.hpp"

#include <atomic>
#include <cmath>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "offline/fit/closure.hpp"
#include "offline/fit/goodness_of_fit.hpp"
#include "tests/offline/fit/models.hpp"

using namespace spillgate::offline::fit;
using namespace spillgate::tests;

namespace {

// Signal and background in two bins, the background known to a tenth.
TemplateModel two_bins() {
    return {{free_parameter("s", 30, -20), pulled_parameter("b", 1, 0.1)},
            {{0.8, 0.2}, {20.0, 60.0}},
            {0.0, 0.0}};
}

ToyOptions toys_on(unsigned threads, std::uint64_t toys, std::uint64_t seed = 11) {
    ToyOptions options;
    options.toys = toys;
    options.seed = seed;
    options.parallel.threads = threads;
    return options;
}

std::vector<double> chi2_of_toys(unsigned threads, std::uint64_t seed) {
    const auto model = two_bins();
    const auto likelihood = likelihood_of(model, {45, 70});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    return goodness_of_fit(likelihood, best, toys_on(threads, 200, seed)).value().chi2_of_toys;
}

}  // namespace

TEST_CASE("toys are the same on one thread and on three, and others with another seed") {
    const auto one = chi2_of_toys(1, 11);
    CHECK(one.size() == 200);
    CHECK(one == chi2_of_toys(3, 11));
    CHECK(one != chi2_of_toys(1, 12));
}

TEST_CASE("a toy's draws are fixed by seed and number, on any machine") {
    const auto model = two_bins();
    auto toy = likelihood_of(model, {45, 70});
    const std::vector<double> truth{30, 1};
    const auto source = ToySource::make(toy, truth, 2024).value();
    CHECK(source.expected()[0] == Approx(44));
    source.draw(5, toy);
    const auto counts = toy.observed().counts;
    const auto centres = toy.observed().centres;
    source.draw(6, toy);
    CHECK(toy.observed().counts != counts);
    source.draw(5, toy);
    CHECK(toy.observed().counts == counts);
    CHECK(toy.observed().centres == centres);
    CHECK(counts == std::vector<double>{36, 77});
    CHECK(centres[1] == Approx(0.9287038566149108).epsilon(1e-12));
}

TEST_CASE("counts of toys are Poisson, and pulls of the true values standard normal", "[property]") {
    auto parameter = pulled_parameter("b", 1, 0.1);
    parameter.pull = Pull{1, 0.05, 0.2};
    const TemplateModel model({free_parameter("s", 2), parameter}, {{1.0, 0.0}, {0.0, 400.0}}, {0.0, 0.0});
    auto toy = likelihood_of(model, {2, 400});
    const std::vector<double> truth{2, 1.1};
    const auto source = ToySource::make(toy, truth, 3).value();
    constexpr int toys = 20'000;
    double sum[2] = {}, squares[2] = {}, pulls = 0, pulls2 = 0;
    for (std::uint64_t i = 0; i < toys; ++i) {
        source.draw(i, toy);
        for (std::size_t bin = 0; bin < 2; ++bin) {
            sum[bin] += toy.observed().counts[bin];
            squares[bin] += toy.observed().counts[bin] * toy.observed().counts[bin];
        }
        const double pull = toy.pull_of(1, 1.1);
        pulls += pull;
        pulls2 += pull * pull;
    }
    const double mu[2] = {2, 440};
    for (std::size_t bin = 0; bin < 2; ++bin) {
        const double mean = sum[bin] / toys;
        CHECK(std::abs(mean - mu[bin]) < 5 * std::sqrt(mu[bin] / toys));
        CHECK(squares[bin] / toys - mean * mean == Approx(mu[bin]).epsilon(0.06));
    }
    CHECK(std::abs(pulls / toys) < 5 / std::sqrt(toys));
    CHECK(pulls2 / toys == Approx(1).epsilon(0.05));
}

TEST_CASE("interrupted toys keep those that were done, which are the first ones") {
    const auto model = two_bins();
    const auto likelihood = likelihood_of(model, {45, 70});
    Workspace workspace(likelihood);
    const auto best = minimise(likelihood, workspace);
    std::stop_source stop;
    auto options = toys_on(3, 100'000);
    std::uint64_t last = 0;
    options.parallel.stop = stop.get_token();
    options.parallel.progress = [&](std::uint64_t done, std::uint64_t total) {
        CHECK_FALSE(total != 100'000);
        last = done;
        if (done >= 50) stop.request_stop();
    };
    const auto found = goodness_of_fit(likelihood, best, options).value();
    CHECK(found.interrupted);
    CHECK(found.done >= 50);
    CHECK(found.done <= 53);
    CHECK(found.done == last);
    CHECK(found.p_value.all == found.done);
    const auto all = chi2_of_toys(1, 11);
    CHECK(found.chi2_of_toys ==
          std::vector<double>(all.begin(), all.begin() + static_cast<long>(found.done)));
}

TEST_CASE("an exception in one toy ends the work and reaches the caller") {
    const auto throwing = []() -> Piece {
        return [](std::uint64_t piece) {
            if (piece == 5) throw std::runtime_error("piece 5");
        };
    };
    CHECK_THROWS_WITH(work_in_parallel(1000, {2, {}, {}}, throwing), "piece 5");
}

TEST_CASE("the p-value of data like the model is ordinary, of data unlike it small") {
    const TemplateModel model({free_parameter("s", 30, 0)}, {{0.25, 0.25, 0.25, 0.25}}, {1.0, 1.0, 1.0, 1.0});
    const auto p_value = [&](std::vector<double> counts) {
        const auto likelihood = likelihood_of(model, std::move(counts));
        Workspace workspace(likelihood);
        const auto best = minimise(likelihood, workspace);
        return goodness_of_fit(likelihood, best, toys_on(2, 500)).value();
    };
    const auto like = p_value({9, 12, 10, 8});
    CHECK(like.p_value.value() > 0.5);
    CHECK(like.degrees_of_freedom == 3);
    CHECK(like.p_value.error() ==
          Approx(std::sqrt(like.p_value.value() * (1 - like.p_value.value()) / 500)).epsilon(0.1));
    const auto unlike = p_value({30, 2, 2, 5});
    CHECK(unlike.p_value.value() < 0.01);
    CHECK(unlike.p_value.error() > 0);
}

TEST_CASE("a fit gives back what toys were made with: pulls and coverage", "[property]") {
    const TemplateModel model({free_parameter("s", 200), pulled_parameter("b", 1, 0.1)},
                              {{0.5, 0.3, 0.2}, {50.0, 100.0, 150.0}}, {0.0, 0.0, 0.0});
    const auto likelihood = likelihood_of(model, {150, 160, 190});
    const std::vector<double> truth{200, 1};
    const auto found = closure(likelihood, truth, toys_on(2, 4000)).value();
    CHECK(found.done == 4000);
    CHECK(found.not_converged == 0);
    for (const auto& parameter : found.parameters) {
        CHECK(parameter.pulls == 4000);
        CHECK(std::abs(parameter.pull_mean) < 4 * parameter.pull_mean_error + 0.03);
        CHECK(std::abs(parameter.pull_width - 1) < 4 * parameter.pull_width_error);
        CHECK(parameter.roots == 4000);
        CHECK(std::abs(parameter.root_mean) < 4 * parameter.root_mean_error);
        CHECK(std::abs(parameter.root_width - 1) < 4 * parameter.root_width_error);
        CHECK(std::abs(parameter.coverage.value() - 0.6827) < 4 * parameter.coverage.error());
    }
}

TEST_CASE("toys that cannot be are refused with the reason") {
    const auto model = two_bins();
    const auto likelihood = likelihood_of(model, {45, 70});
    const std::vector<double> outside{-30, 1}, one{1};
    CHECK(ToySource::make(likelihood, outside, 1).error().message ==
          "-30 is outside the limits of 's', -20 to inf");
    CHECK(ToySource::make(likelihood, one, 1).error().message == "1 true values for 2 parameters");
    const auto chi2 = likelihood_of(model, {45, 70}, Statistic::CHI2_COUNTS);
    CHECK(ToySource::make(chi2, chi2.start(), 1).error().message ==
          "χ² divides by the counts, and toys have bins without: use the Poisson likelihood");
    const std::vector<double> impossible{-20, 0.1};
    CHECK(ToySource::make(likelihood, impossible, 1)
              .error()
              .message.starts_with("the model expects -14 counts"));
}
