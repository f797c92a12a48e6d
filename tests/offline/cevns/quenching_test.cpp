#include "offline/cevns/quenching.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "tests/offline/cevns/csi_response.hpp"

using namespace spillgate::offline::cevns;

namespace {

void check_derivatives(const Quenching& quenching, const QuenchingPulls& pulls) {
    for (double t = 0.5; t < quenching.end_kev(); t += 3.1) {
        const auto here = quenching.at(t, pulls);
        const double step = 1e-5;
        CHECK(
            here.by_recoil ==
            Approx((quenching.at(t + step, pulls).ee_kev - quenching.at(t - step, pulls).ee_kev) / (2 * step))
                .epsilon(1e-6));
        auto low = pulls, high = pulls;
        low.scale -= step;
        high.scale += step;
        CHECK(
            here.by_scale_kev ==
            Approx((quenching.at(t, high).ee_kev - quenching.at(t, low).ee_kev) / (2 * step)).epsilon(1e-6));
        for (std::size_t c = 0; c < 2; ++c) {
            low = high = pulls;
            low.components[c] -= step;
            high.components[c] += step;
            CHECK(here.by_component_kev[c] ==
                  Approx((quenching.at(t, high).ee_kev - quenching.at(t, low).ee_kev) / (2 * step))
                      .margin(1e-8));
        }
    }
}

}  // namespace

TEST_CASE("each model of quenching gives its curve") {
    CHECK(Quenching::make(ConstantQuenching{0.0878}, 50).value().at(20).ee_kev == Approx(1.756));
    CHECK(Quenching::make(LinearQuenching{0.246, 0.00078}, 110).value().at(40).ee_kev ==
          Approx((0.246 + 0.00078 * 40) * 40));
    const auto csi = Quenching::make(test::csi_quenching(), 50).value();
    const double t = 0.015;  // MeV
    CHECK(csi.at(15).ee_kev ==
          Approx(1000 * (0.0554628 * t + 4.30681 * t * t - 111.707 * t * t * t + 840.384 * t * t * t * t)));
    // Germanium, k = 0.157: some 0.2 at a few keV.
    const auto germanium = Quenching::make(LindhardQuenching{32, 0.157}, 50).value();
    const double epsilon = 11.5 * std::pow(32.0, -7.0 / 3) * 5;
    const double g = 3 * std::pow(epsilon, 0.15) + 0.7 * std::pow(epsilon, 0.6) + epsilon;
    CHECK(germanium.at(5).ee_kev == Approx(5 * 0.157 * g / (1 + 0.157 * g)));
    CHECK(germanium.at(5).ee_kev / 5 == Approx(0.23).margin(0.03));
    CHECK(germanium.at(0).ee_kev == 0);
    CHECK(lindhard_k(find_nuclide("Ge72").value()) == Approx(0.158).margin(0.001));
}

TEST_CASE("pulls of one standard deviation give the published sets of coefficients") {
    const auto model = test::csi_quenching();
    const auto csi = Quenching::make(model, 50).value();
    for (std::size_t c = 0; c < 2; ++c)
        for (const double sign : {-1.0, 1.0}) {
            QuenchingPulls pulls;
            pulls.components[c] = sign;
            REQUIRE(csi.check(pulls).has_value());
            const auto& set = sign > 0 ? model.components[c].plus : model.components[c].minus;
            const auto same =
                Quenching::make(PolynomialQuenching{set, {{{set, set}, {set, set}}}}, 50).value();
            for (const double t : {1.0, 10.0, 25.0, 45.0})
                CHECK(csi.at(t, pulls).ee_kev == Approx(same.at(t).ee_kev).epsilon(1e-12));
        }
}

TEST_CASE("every derivative of a quenched energy is its own difference") {
    check_derivatives(Quenching::make(ConstantQuenching{0.0878}, 50).value(), {0.1, {}});
    check_derivatives(Quenching::make(LinearQuenching{0.246, 0.00078}, 110).value(), {-0.1, {}});
    check_derivatives(Quenching::make(LindhardQuenching{32, 0.157}, 60).value(), {});
    check_derivatives(Quenching::make(test::csi_quenching(), 50).value(), {0.05, {0.7, -1.3}});
}

TEST_CASE("the energy scale multiplies, whatever the model") {
    const auto csi = Quenching::make(test::csi_quenching(), 50).value();
    CHECK(csi.at(20, {0.1, {}}).ee_kev == Approx(1.1 * csi.at(20).ee_kev));
}

TEST_CASE("the recoil is found again from its electron-equivalent energy") {
    const auto csi = Quenching::make(test::csi_quenching(), 50).value();
    const QuenchingPulls pulls{0.03, {1, -0.5}};
    for (const double t : {0.01, 1.0, 20.0, 49.0})
        CHECK(csi.recoil_kev(csi.at(t, pulls).ee_kev, pulls) == Approx(t).epsilon(1e-10));
    CHECK(csi.recoil_kev(-1) == 0);
    CHECK(csi.recoil_kev(1000) == 50);
}

TEST_CASE("quenching that does not rise with the recoil is refused, and says where") {
    // Falls beyond 31.5 keV.
    const auto bad = Quenching::make(LinearQuenching{0.246, -0.0039}, 110);
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().message.find("at 31.68 keV") != std::string::npos);
    CHECK(Quenching::make(LinearQuenching{0.246, -0.0039}, 31).has_value());
    CHECK_FALSE(Quenching::make(ConstantQuenching{0}, 50).has_value());
    CHECK_FALSE(Quenching::make(ConstantQuenching{-0.1}, 50).has_value());
    CHECK_FALSE(Quenching::make(LindhardQuenching{32, 0}, 50).has_value());
    CHECK_FALSE(Quenching::make(LindhardQuenching{0, 0.157}, 50).has_value());
    CHECK_FALSE(Quenching::make(ConstantQuenching{0.1}, 0).has_value());
    const auto csi = Quenching::make(test::csi_quenching(), 50).value();
    CHECK(csi.check({0.3, {1, 1}}).has_value());
    CHECK_FALSE(csi.check({-1, {}}).has_value());
    CHECK_FALSE(csi.check({0, {-20, 0}}).has_value());
}
