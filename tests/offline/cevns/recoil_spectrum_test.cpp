#include "offline/cevns/recoil_spectrum.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/cevns/kinematics.hpp"
#include "tests/data/allocation_count.hpp"

using namespace spillgate;
using namespace spillgate::offline::cevns;

namespace {

NuclearModel model_of(const char* name) {
    return default_nuclear_model(find_nuclide(name).value());
}

double total(const RecoilGrid& grid, std::span<const double> values) {
    return std::inner_product(values.begin(), values.end(), grid.weight_kev().begin(), 0.0);
}

}  // namespace

TEST_CASE("a grid integrates polynomials exactly over cells and over any range") {
    const auto grid = RecoilGrid::make(std::vector<double>{0, 1, 4, 10}, std::vector<double>{2, 20}).value();
    CHECK(grid.cells() == 3);
    CHECK(grid.size() == 4 * RecoilGrid::points_per_piece);
    std::vector<double> cube;
    for (const double t : grid.recoil_kev())
        cube.push_back(t * t * t);
    std::vector<double> cells(3);
    grid.cell_integrals(cube, cells);
    CHECK(cells[0] == Approx(0.25));
    CHECK(cells[1] == Approx((256.0 - 1) / 4));
    CHECK(cells[2] == Approx((10'000.0 - 256) / 4));
    CHECK(grid.integral(cube, 0.5, 7) == Approx((std::pow(7, 4) - std::pow(0.5, 4)) / 4));
    CHECK(grid.integral(cube, 2.5, 3) == Approx((std::pow(3, 4) - std::pow(2.5, 4)) / 4));
    CHECK(grid.integral(cube, -5, 50) == Approx(2500));
    CHECK(grid.integral(cube, 11, 12) == 0);
    CHECK(grid.interpolated(cube, 3.3) == Approx(std::pow(3.3, 3)));
    CHECK(grid.interpolated(cube, 10) == Approx(1000));
    CHECK(grid.interpolated(cube, 10.1) == 0);
}

TEST_CASE("a grid whose edges do not rise is refused") {
    CHECK_FALSE(RecoilGrid::make(std::vector<double>{1}).has_value());
    CHECK_FALSE(RecoilGrid::make(std::vector<double>{1, 1}).has_value());
    CHECK_FALSE(RecoilGrid::make(std::vector<double>{-1, 1}).has_value());
    CHECK_FALSE(RecoilGrid::make(std::vector<double>{0, std::nan("")}).has_value());
    CHECK_FALSE(RecoilGrid::to(-3, {}).has_value());
}

TEST_CASE("a recoil spectrum integrates to the cross section of each flavour") {
    const NeutrinoFlux flux;
    for (const auto* name : {"Na23", "Ar40", "Ge74", "I127", "Cs133", "Xe132"}) {
        CAPTURE(name);
        const auto model = model_of(name);
        const auto spectrum = RecoilSpectrum::make(model, flux).value();
        auto rates = spectrum.room();
        REQUIRE(spectrum.evaluate(corrected_couplings(), model.neutron_rms_fm, rates).has_value());
        for (const auto flavour : {Flavour::NU_MU, Flavour::NU_E, Flavour::ANTI_NU_MU})
            CHECK(total(spectrum.grid(), rates.of(flavour)) ==
                  Approx(averaged_cross_section_cm2(model, corrected_couplings(), flavour, flux[flavour]))
                      .epsilon(1e-6));
        CHECK(total(spectrum.grid(), rates.delayed_per_kev) ==
              Approx(total(spectrum.grid(), rates.of(Flavour::NU_E)) +
                     total(spectrum.grid(), rates.of(Flavour::ANTI_NU_MU))));
    }
}

TEST_CASE("halving the grid changes no integral of a spectrum by 1e-4") {
    NeutrinoFlux table;
    // What a simulation gives: bins, not curves.
    for (const auto flavour : {Flavour::NU_E, Flavour::ANTI_NU_MU}) {
        std::vector<double> edges, content;
        const auto exact = EnergySpectrum::decay_at_rest(flavour);
        for (int i = 0; i < 530; ++i) {
            edges.push_back(0.1 * i);
            content.push_back(exact.density_per_mev(0.1 * i + 0.05) * (i % 7 == 0 ? 1.2 : 1));
        }
        edges.push_back(53);
        table.replace(flavour, EnergySpectrum::table(edges, content).value());
    }
    for (const auto& flux : {NeutrinoFlux(), table})
        for (const auto* name : {"Ar40", "Cs133"})
            for (const bool incoherent : {false, true}) {
                auto model = model_of(name);
                model.axial = model.incoherent = incoherent;
                const double end = max_recoil_kev(flux.end_mev(), model.nuclide.mass_mev());
                const auto cells = [&](std::size_t fineness) {
                    std::vector<double> edges;
                    for (std::size_t i = 0; i <= 15 * fineness; ++i)
                        edges.push_back(end * static_cast<double>(i) /
                                        (15.0 * static_cast<double>(fineness)));
                    const auto spectrum =
                        RecoilSpectrum::make(
                            model, flux,
                            RecoilGrid::make(edges, recoil_kinks_kev(model.nuclide, flux)).value())
                            .value();
                    auto rates = spectrum.room();
                    CHECK(spectrum.evaluate(tree_couplings(), model.neutron_rms_fm, rates).has_value());
                    std::vector<double> all(rates.delayed_per_kev);
                    for (std::size_t i = 0; i < all.size(); ++i)
                        all[i] += rates.of(Flavour::NU_MU)[i];
                    std::vector<double> out(15 * fineness), coarse(15, 0.0);
                    spectrum.grid().cell_integrals(all, out);
                    for (std::size_t i = 0; i < out.size(); ++i)
                        coarse[i / fineness] += out[i];
                    return coarse;
                };
                const auto once = cells(1), twice = cells(2);
                for (std::size_t i = 0; i < once.size(); ++i)
                    CHECK(once[i] == Approx(twice[i]).epsilon(1e-4).margin(1e-8 * twice[0]));
            }
}

TEST_CASE(
    "the points of a spectrum are the cross section's, with the axial and incoherent parts or without") {
    const NeutrinoFlux flux;
    auto model = model_of("Na23");
    model.axial = GENERATE(false, true);
    model.incoherent = GENERATE(false, true);
    const auto spectrum = RecoilSpectrum::make(model, flux, 1e40).value();
    auto rates = spectrum.room();
    REQUIRE(spectrum.evaluate(corrected_couplings(), model.neutron_rms_fm, rates).has_value());
    for (const auto flavour : {Flavour::NU_MU, Flavour::NU_E, Flavour::ANTI_NU_MU})
        for (std::size_t i = 0; i < spectrum.grid().size(); i += 17)
            CHECK(rates.of(flavour)[i] == Approx(1e40 * averaged_differential_cm2_per_kev(
                                                            model, corrected_couplings(), flavour,
                                                            flux[flavour], spectrum.grid().recoil_kev()[i])));
}

TEST_CASE("the derivative of a spectrum by the neutron radius is its own difference") {
    auto model = model_of("I127");
    model.incoherent = GENERATE(false, true);
    const auto spectrum = RecoilSpectrum::make(model, NeutrinoFlux(), 1e40).value();
    auto low = spectrum.room(), here = spectrum.room(), high = spectrum.room();
    const double step = 1e-4;
    REQUIRE(spectrum.evaluate(tree_couplings(), 5.1 - step, low).has_value());
    REQUIRE(spectrum.evaluate(tree_couplings(), 5.1, here).has_value());
    REQUIRE(spectrum.evaluate(tree_couplings(), 5.1 + step, high).has_value());
    for (std::size_t i = 0; i < spectrum.grid().size(); ++i) {
        for (std::size_t f = 0; f < flavours; ++f)
            CHECK(here.derivative[f][i] ==
                  Approx((high.per_kev[f][i] - low.per_kev[f][i]) / (2 * step)).epsilon(1e-5).margin(1e-5));
        CHECK(here.delayed_derivative[i] ==
              Approx((high.delayed_per_kev[i] - low.delayed_per_kev[i]) / (2 * step))
                  .epsilon(1e-5)
                  .margin(1e-5));
    }
}

TEST_CASE("a form factor from outside folds like the model's own, with a derivative by anything") {
    const auto model = model_of("Ar40");
    const auto spectrum = RecoilSpectrum::make(model, NeutrinoFlux(), 1e40).value();
    auto own = spectrum.room(), outside = spectrum.room(), more = spectrum.room();
    const auto helm = model.neutron.moments(3.405);
    const auto q = spectrum.momentum_transfer_per_fm();
    const auto fill = [&](RecoilRates& rates, double r4) {
        const auto form = FormFactor::make(MomentsForm{r4, helm.r6}).value();
        form.fill(q, 3.405, rates.neutron);
        for (std::size_t i = 0; i < q.size(); ++i)
            rates.neutron[i].derivative_per_fm = moment4_derivative_per_fm4(q[i]);
        spectrum.fold(tree_couplings(), rates);
    };
    fill(outside, helm.r4);
    fill(more, helm.r4 + 0.01);
    REQUIRE(spectrum.evaluate(tree_couplings(), 3.405, own).has_value());
    for (std::size_t i = 0; i < q.size(); ++i) {
        if (q[i] < 0.35) CHECK(outside.delayed_per_kev[i] == Approx(own.delayed_per_kev[i]).epsilon(2e-3));
        CHECK(
            outside.delayed_derivative[i] ==
            Approx((more.delayed_per_kev[i] - outside.delayed_per_kev[i]) / 0.01).epsilon(1e-3).margin(1e-9));
    }
}

TEST_CASE("a spectrum at a new radius allocates nothing") {
    const auto spectrum = RecoilSpectrum::make(model_of("Cs133"), NeutrinoFlux()).value();
    auto rates = spectrum.room();
    const auto before = tests::allocations();
    bool good = true;
    for (double radius = 4.5; radius < 5.5; radius += 0.1)
        good = spectrum.evaluate(corrected_couplings(), radius, rates).has_value() && good;
    CHECK(tests::allocations() == before);
    CHECK(good);
}

TEST_CASE("a radius or an exposure that cannot be is refused") {
    const auto model = model_of("Cs133");
    const auto spectrum = RecoilSpectrum::make(model, NeutrinoFlux()).value();
    auto rates = spectrum.room();
    CHECK_FALSE(spectrum.evaluate(tree_couplings(), 1.5, rates).has_value());
    CHECK_FALSE(spectrum.evaluate(tree_couplings(), -4.9, rates).has_value());
    CHECK_FALSE(RecoilSpectrum::make(model, NeutrinoFlux(), 0).has_value());
    auto bad = model;
    bad.proton_rms_fm = 0;
    CHECK_FALSE(RecoilSpectrum::make(bad, NeutrinoFlux()).has_value());
}
