#include "offline/cevns/size_response.hpp"

#include <cmath>
#include <numeric>
#include <random>

#include <boost/math/special_functions/gamma.hpp>
#include <catch2/catch.hpp>

#include "tests/data/allocation_count.hpp"
#include "tests/offline/cevns/csi_response.hpp"

using namespace spillgate;
using namespace spillgate::offline::cevns;

namespace {

Efficiency make(EfficiencyModel model) {
    return Efficiency::make(std::move(model)).value();
}

const std::vector<double> csi_bins{8, 12, 16, 20, 24, 28, 32, 40, 50, 60};

struct Row {
    std::vector<double> probability, slope;
};

Row row_of(const SizeResponse& response, double ee_kev) {
    Row row{std::vector<double>(response.bins()), std::vector<double>(response.bins())};
    response.row(ee_kev, row.probability, row.slope);
    return row;
}

}  // namespace

TEST_CASE("the mean of photoelectrons is the light yield times the energy") {
    const std::vector<double> edges{0, 400};
    for (const double ee : {0.05, 0.3, 1.0, 3.0}) {
        const GammaPhotoelectrons gamma;
        // ∫ x p(x) dx through an efficiency that is a line: x/400 up to 400.
        const auto line = make(TabulatedEfficiency{{0, 400}, {0, 1}});
        CHECK(400 * seen_probability(gamma, line, ee, 0, 400) == Approx(13.3511 * ee).epsilon(1e-5));
        CHECK(spread(gamma, ee).mean == Approx(ee / 0.0749));
        CHECK(spread(gamma, ee).sigma == Approx(ee / 0.0749 / std::sqrt(1 + 9.56 * ee)));
        CHECK(seen_probability(gamma, Efficiency(), ee, 0, 400) == Approx(1).epsilon(1e-7));
    }
}

TEST_CASE("gamma photoelectrons in a bin are the incomplete gamma function") {
    for (const double ee : {0.002, 0.05, 0.5, 2.0, 5.0}) {
        const double shape = 1 + 9.56 * ee, rate = 0.0749 / ee * shape;
        const auto below = [&](double x) { return boost::math::gamma_p(shape, rate * x); };
        for (const auto& [lo, hi] :
             {std::pair{0.0, 2.0}, {2.0, 8.0}, {8.0, 12.0}, {50.0, 60.0}, {0.0, 100.0}})
            CHECK(seen_probability(GammaPhotoelectrons{}, Efficiency(), ee, lo, hi) ==
                  Approx(below(hi) - below(lo)).margin(1e-9));
    }
}

TEST_CASE("the response is what sampling gives, efficiency included") {
    std::mt19937_64 random(20211007);
    const auto efficiency = make(test::csi_efficiency());
    const auto response = SizeResponse::make(GammaPhotoelectrons{}, efficiency, csi_bins, 6).value();
    for (const double ee : {0.8, 1.5, 3.0}) {
        std::gamma_distribution<double> sizes(1 + 9.56 * ee, ee / 0.0749 / (1 + 9.56 * ee));
        const int samples = 400'000;
        std::vector<double> sum(csi_bins.size() - 1, 0.0);
        for (int i = 0; i < samples; ++i) {
            const double x = sizes(random);
            const auto bin = std::ranges::upper_bound(csi_bins, x) - csi_bins.begin();
            if (bin > 0 && bin < std::ssize(csi_bins))
                sum[static_cast<std::size_t>(bin - 1)] += efficiency.at(x);
        }
        const auto row = row_of(response, ee);
        for (std::size_t bin = 0; bin < sum.size(); ++bin)
            CHECK(row.probability[bin] ==
                  Approx(sum[bin] / samples).margin(5 * std::sqrt(row.probability[bin] / samples) + 1e-5));
    }
}

TEST_CASE("the table is the integral itself between its points, and its slope is its own difference") {
    const std::vector<double> argon_bins{0, 10, 20, 30, 40, 60, 120};
    const std::vector<double> whole{6, 8, 10, 15, 30}, germanium_bins{1.5, 2, 3, 5, 8.5};
    const auto csi = make(test::csi_efficiency());
    const auto stepped = make(SteppedSigmoidEfficiency{0.6655, 0.4942, 10.8507, 5, 6});
    const auto threshold = make(ConstantEfficiency{0.9, 1.7});
    struct Case {
        SizeResolution resolution;
        const Efficiency& efficiency;
        std::vector<double> bins;
        double end;
    };
    for (const auto& [resolution, efficiency, bins, end] :
         {Case{GammaPhotoelectrons{}, csi, csi_bins, 6},
          Case{PoissonPhotoelectrons{13.348, 0.5}, stepped, whole, 5},
          Case{GaussianEnergy{0, 0.58, 0}, threshold, argon_bins, 60},
          Case{GaussianEnergy{0.1, 0, 0}, threshold, germanium_bins, 12}}) {
        const auto response = SizeResponse::make(resolution, efficiency, bins, end).value();
        for (double ee = 0.0137; ee < end; ee *= 1.31) {
            CAPTURE(ee);
            const auto row = row_of(response, ee);
            const auto low = row_of(response, ee * (1 - 1e-5)), high = row_of(response, ee * (1 + 1e-5));
            for (std::size_t bin = 0; bin < row.probability.size(); ++bin) {
                CHECK(row.probability[bin] ==
                      Approx(seen_probability(resolution, efficiency, ee, bins[bin], bins[bin + 1]))
                          .margin(2e-6));
                CHECK(row.slope[bin] ==
                      Approx((high.probability[bin] - low.probability[bin]) / (2e-5 * ee)).margin(1e-5));
            }
        }
    }
}

TEST_CASE("rows sum to the whole probability of being seen") {
    std::vector<double> edges;
    for (int i = 0; i <= 50; ++i)
        edges.push_back(4 * i);
    for (const SizeResolution& resolution :
         {SizeResolution(GammaPhotoelectrons{}), SizeResolution(PoissonPhotoelectrons{13.348, 0.5})}) {
        const auto all = SizeResponse::make(resolution, Efficiency(), edges, 5).value();
        const auto csi = SizeResponse::make(resolution, make(test::csi_efficiency()), edges, 5).value();
        for (const double ee : {0.2, 1.0, 2.0, 4.9}) {
            const auto sum = [&](const SizeResponse& response) {
                const auto row = row_of(response, ee);
                return std::accumulate(row.probability.begin(), row.probability.end(), 0.0);
            };
            CHECK(sum(all) == Approx(1).margin(2e-6));
            CHECK(
                sum(csi) ==
                Approx(seen_probability(resolution, make(test::csi_efficiency()), ee, 0, 200)).margin(5e-6));
        }
    }
}

TEST_CASE("Poisson photoelectrons are counted as whole numbers, with the efficiency where it is asked for") {
    const double mean = 13.348;
    const auto stepped = make(SteppedSigmoidEfficiency{0.6655, 0.4942, 10.8507, 5, 6});
    const auto poisson = [&](int n) { return std::exp(n * std::log(mean) - mean - std::lgamma(n + 1.0)); };
    for (const double offset : {0.5, -0.5}) {
        double expected = 0;
        for (int n = 6; n < 30; ++n)
            expected += poisson(n) * stepped.at(n + offset);
        CHECK(seen_probability(PoissonPhotoelectrons{13.348, offset}, stepped, 1, 6, 30) ==
              Approx(expected).epsilon(1e-10));
    }
    CHECK(seen_probability(PoissonPhotoelectrons{13.348, 0.5}, Efficiency(), 1, 6, 7) == Approx(poisson(6)));
}

TEST_CASE("efficiencies have their published shapes") {
    const auto csi = make(test::csi_efficiency());
    CHECK(csi.at(0) == 0);
    CHECK(csi.at(20) == Approx(1.32045 / (1 + std::exp(-0.285979 * (20 - 10.8646))) - 0.333322));
    CHECK(csi.at(1000) == Approx(0.987128));
    REQUIRE(csi.kinks().size() == 1);
    CHECK(csi.at(csi.kinks()[0] - 0.01) == 0);
    CHECK(csi.at(csi.kinks()[0] + 0.01) > 0);
    const auto stepped = make(SteppedSigmoidEfficiency{0.6655, 0.4942, 10.8507, 5, 6});
    const auto smooth = [](double x) { return 0.6655 / (1 + std::exp(-0.4942 * (x - 10.8507))); };
    CHECK(stepped.at(4.9) == 0);
    CHECK(stepped.at(5.5) == Approx(smooth(5.5) / 2));
    CHECK(stepped.at(6) == Approx(smooth(6)));
    const auto table = make(TabulatedEfficiency{{1, 2, 4}, {0, 0.5, 0.9}});
    CHECK(table.at(0.5) == 0);
    CHECK(table.at(3) == Approx(0.7));
    CHECK(table.at(9) == 0.9);
    CHECK(make(ConstantEfficiency{0.8, 20}).at(19.9) == 0);
    CHECK(make(ConstantEfficiency{0.8, 20}).at(20) == 0.8);
}

TEST_CASE("an efficiency at a pull passes through the published sets") {
    const auto at = [](double pull) {
        return make(
            pulled(test::csi_efficiency(), test::csi_efficiency_minus(), test::csi_efficiency_plus(), pull));
    };
    CHECK(at(0).at(11) == Approx(make(test::csi_efficiency()).at(11)));
    CHECK(at(1).at(11) == Approx(make(test::csi_efficiency_plus()).at(11)));
    CHECK(at(-1).at(11) == Approx(make(test::csi_efficiency_minus()).at(11)));
    CHECK(at(0.5).at(11) > at(0).at(11));
    CHECK(at(-0.5).at(11) < at(0).at(11));
}

TEST_CASE("a list of recoils gets its rows without an allocation, and folds into bins") {
    const auto response =
        SizeResponse::make(GammaPhotoelectrons{}, make(test::csi_efficiency()), csi_bins, 6).value();
    const auto quenching = Quenching::make(test::csi_quenching(), 50).value();
    const std::vector<double> recoils{5, 15, 25, 40}, counts{10, 5, 2, 1};
    std::vector<ElectronEquivalent> energies(4);
    auto rows = response.room(4);
    std::vector<double> bins(response.bins()), by_scale(response.bins()), low(bins), high(bins);
    const auto predict = [&](double scale, std::vector<double>& out) {
        quenching.fill(recoils, {scale, {}}, energies);
        const bool good = response.rows(energies, rows).has_value();
        fold_into_bins(rows.probability, counts, out);
        return good;
    };
    const auto before = tests::allocations();
    const bool good = predict(0, bins);
    CHECK(tests::allocations() == before);
    CHECK(good);
    // Of a pull on quenching: counts × slope × ∂E_ee/∂η.
    std::vector<double> weighted(counts);
    for (std::size_t i = 0; i < counts.size(); ++i)
        weighted[i] *= energies[i].by_scale_kev;
    fold_into_bins(rows.slope_per_kev, weighted, by_scale);
    REQUIRE(predict(-1e-5, low));
    REQUIRE(predict(1e-5, high));
    for (std::size_t bin = 0; bin < bins.size(); ++bin)
        CHECK(by_scale[bin] == Approx((high[bin] - low[bin]) / 2e-5).epsilon(1e-5).margin(1e-6));
}

TEST_CASE("responses and efficiencies that are no probabilities are refused") {
    CHECK_FALSE(Efficiency::make(SigmoidEfficiency{1.4, 0.3, 10, -0.3}).has_value());
    CHECK_FALSE(Efficiency::make(SigmoidEfficiency{-1, 0.3, 10, 0}).has_value());
    CHECK_FALSE(Efficiency::make(SigmoidEfficiency{0.5, std::nan(""), 10, 0}).has_value());
    CHECK_FALSE(Efficiency::make(SteppedSigmoidEfficiency{1.1, 0.5, 10, 5, 6}).has_value());
    CHECK_FALSE(Efficiency::make(SteppedSigmoidEfficiency{0.6, 0.5, 10, 6, 5}).has_value());
    CHECK_FALSE(Efficiency::make(TabulatedEfficiency{{1, 2}, {0.5, 1.2}}).has_value());
    CHECK_FALSE(Efficiency::make(TabulatedEfficiency{{1, 2}, {-0.1, 0.2}}).has_value());
    CHECK_FALSE(Efficiency::make(TabulatedEfficiency{{2, 1}, {0.1, 0.2}}).has_value());
    CHECK_FALSE(Efficiency::make(TabulatedEfficiency{}).has_value());
    CHECK_FALSE(Efficiency::make(ConstantEfficiency{1.01, 0}).has_value());
    const Efficiency all;
    CHECK_FALSE(SizeResponse::make(GammaPhotoelectrons{0, 9.56}, all, csi_bins, 6).has_value());
    CHECK_FALSE(SizeResponse::make(PoissonPhotoelectrons{-1, 0.5}, all, csi_bins, 6).has_value());
    CHECK_FALSE(SizeResponse::make(GaussianEnergy{}, all, csi_bins, 6).has_value());
    CHECK_FALSE(SizeResponse::make(GammaPhotoelectrons{}, all, std::vector<double>{8}, 6).has_value());
    CHECK_FALSE(SizeResponse::make(GammaPhotoelectrons{}, all, std::vector<double>{8, 8}, 6).has_value());
    CHECK_FALSE(SizeResponse::make(GammaPhotoelectrons{}, all, csi_bins, 0).has_value());
    const auto response = SizeResponse::make(GammaPhotoelectrons{}, all, csi_bins, 6).value();
    auto rows = response.room(1);
    CHECK_FALSE(response.rows(std::vector<ElectronEquivalent>{{6.1}}, rows).has_value());
    CHECK_FALSE(response.rows(std::vector<ElectronEquivalent>{{-0.1}}, rows).has_value());
    CHECK_FALSE(response.rows(std::vector<ElectronEquivalent>{{1}, {2}}, rows).has_value());
}
