#include "offline/cevns/neutrino_flux.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>

#include "offline/cevns/kinematics.hpp"

using namespace spillgate::offline::cevns;
using spillgate::proto::ErrorKind;

namespace {

EnergyMoments numeric_moments(const EnergySpectrum& spectrum, double from_mev) {
    const auto integral = [&](int power) {
        return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
            [&](double e) { return spectrum.density_per_mev(e) / std::pow(e, power); }, from_mev,
            spectrum.end_mev(), 10, 1e-12);
    };
    return {integral(0), integral(1), integral(2)};
}

void check_equal(const EnergyMoments& a, const EnergyMoments& b, double epsilon) {
    CHECK(a.i0 == Approx(b.i0).epsilon(epsilon).margin(1e-15));
    CHECK(a.i1_per_mev == Approx(b.i1_per_mev).epsilon(epsilon).margin(1e-15));
    CHECK(a.i2_per_mev2 == Approx(b.i2_per_mev2).epsilon(epsilon).margin(1e-15));
}

}  // namespace

TEST_CASE("muon decay's spectra are normalised, end at half the muon's mass, and have their means") {
    for (const auto flavour : {Flavour::NU_E, Flavour::ANTI_NU_MU}) {
        const auto spectrum = EnergySpectrum::decay_at_rest(flavour);
        CHECK(spectrum.above(0).i0 == Approx(1).epsilon(1e-14));
        CHECK(spectrum.end_mev() == muon_mass_mev / 2);
        CHECK(spectrum.density_per_mev(53) == 0);
        CHECK(spectrum.density_per_mev(-1) == 0);
        for (const double from : {0.5, 10.0, 30.0, 52.0})
            check_equal(spectrum.above(from), numeric_moments(spectrum, from), 1e-10);
        check_equal(spectrum.above(60), {}, 1e-12);
    }
    // 3/10 and 7/20 of the muon's mass.
    CHECK(EnergySpectrum::decay_at_rest(Flavour::NU_E).mean_mev() == Approx(0.3 * muon_mass_mev));
    CHECK(EnergySpectrum::decay_at_rest(Flavour::ANTI_NU_MU).mean_mev() == Approx(0.35 * muon_mass_mev));
}

TEST_CASE("the pion's neutrino is a line") {
    const auto line = EnergySpectrum::decay_at_rest(Flavour::NU_MU);
    CHECK(line.end_mev() == Approx(29.792).margin(5e-4));
    CHECK(line.above(29).i0 == 1);
    CHECK(line.above(29).i2_per_mev2 == Approx(1 / (29.792 * 29.792)).epsilon(1e-4));
    CHECK(line.above(29.8).i0 == 0);
}

TEST_CASE("a tabulated spectrum has the moments of its bins") {
    const std::vector<double> edges{0, 10, 20, 40, 60}, content{1, 3, 4, 0};
    const auto table = EnergySpectrum::table(edges, content).value();
    CHECK(table.above(0).i0 == Approx(1));
    CHECK(table.end_mev() == 40);  // bins that hold nothing are not part of it
    CHECK(table.density_per_mev(15) == Approx(3.0 / 8 / 10));
    CHECK(table.density_per_mev(45) == 0);
    CHECK(table.mean_mev() == Approx((5 + 3 * 15 + 4 * 30) / 8.0));
    for (const double from : {0.5, 5.0, 10.0, 15.0, 39.0}) {
        EnergyMoments expected;
        for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
            const double low = std::max(from, edges[i]);
            if (!(edges[i + 1] > low)) continue;
            const double density = content[i] / 8 / (edges[i + 1] - edges[i]);
            expected.i0 += density * (edges[i + 1] - low);
            expected.i1_per_mev += density * std::log(edges[i + 1] / low);
            expected.i2_per_mev2 += density * (1 / low - 1 / edges[i + 1]);
        }
        check_equal(table.above(from), expected, 1e-12);
    }
}

TEST_CASE("a fine table replaces the analytic flux without a change in the kinematics") {
    const auto exact = EnergySpectrum::decay_at_rest(Flavour::ANTI_NU_MU);
    TextTable columns;
    columns.columns.resize(2);
    for (int i = 0; i < 3000; ++i) {
        columns.columns[0].push_back(0.05 + 0.1 * i);
        columns.columns[1].push_back(1e6 * exact.density_per_mev(0.05 + 0.1 * i));
    }
    NeutrinoFlux flux;
    flux.replace(Flavour::ANTI_NU_MU, energy_spectrum_from_columns(columns).value());
    const auto& table = flux[Flavour::ANTI_NU_MU];
    CHECK(table.end_mev() == Approx(52.8));
    CHECK(flux.end_mev() == muon_decay_end_mev);
    for (const double recoil_kev : {0.5, 5.0, 20.0, 30.0})
        CHECK(kinematics(recoil_kev, 120e3, table).vector ==
              Approx(kinematics(recoil_kev, 120e3, exact).vector).epsilon(5e-3));
}

TEST_CASE("the flux of the Chinese source at ten metres is its reference value") {
    const SourceIntensity source{0.17, 10};
    REQUIRE(source.check().has_value());
    CHECK(source.per_cm2(protons_per_second(62.5)) == Approx(5.28e6).epsilon(1e-3));
    CHECK(protons_of_beam_energy(7.47594, 0.955) == Approx(1.76e23).epsilon(5e-3));
    CHECK_FALSE(SourceIntensity{0, 10}.check().has_value());
    CHECK_FALSE(SourceIntensity{0.08, -1}.check().has_value());
}

TEST_CASE("a table in energy and time gives the spectrum of any range of times") {
    // Late neutrinos are of the upper bin.
    const auto text =
        parse_text_table("# MeV, ns, content\n10,50,4\n30,50,0\n10,150,1\n30,150,3\n", 3, "flux").value();
    const auto table = FluxTable::from_columns(text).value();
    CHECK(table.energy_edges_mev() == std::vector<double>{0, 20, 40});
    CHECK(table.time_edges_ns() == std::vector<double>{0, 100, 200});
    CHECK(table.time_contents() == std::vector<double>{4, 4});
    CHECK(table.energy_spectrum().value().density_per_mev(5) == Approx(5.0 / 8 / 20));
    CHECK(table.energy_spectrum(0, 1).value().end_mev() == 20);
    CHECK(table.energy_spectrum(1, 2).value().density_per_mev(25) == Approx(0.75 / 20));
    CHECK_FALSE(table.energy_spectrum(2, 3).has_value());
}

TEST_CASE("flux tables that are not full grids, or not fluxes, are refused") {
    const auto flux = [](const char* text) {
        return FluxTable::from_columns(parse_text_table(text, 3, "flux").value());
    };
    CHECK_FALSE(flux("10 50 4\n30 50 0\n10 150 1\n").has_value());
    CHECK_FALSE(flux("10 50 4\n30 50 0\n10 150 1\n10 150 3\n").has_value());
    CHECK_FALSE(flux("10 50 4\n30 50 -1\n10 150 1\n30 150 3\n").has_value());
    CHECK_FALSE(flux("10 50 4\n30 50 1\n70 50 1\n10 150 1\n30 150 3\n70 150 1\n").has_value());
    using Values = std::vector<double>;
    CHECK_FALSE(EnergySpectrum::table(Values{0, 10}, Values{}).has_value());
    CHECK_FALSE(EnergySpectrum::table(Values{0, 10}, Values{0}).has_value());
    CHECK_FALSE(EnergySpectrum::table(Values{0, 10}, Values{-1}).has_value());
    CHECK_FALSE(EnergySpectrum::table(Values{-5, 10}, Values{1}).has_value());
    CHECK_FALSE(EnergySpectrum::table(Values{0, 10, 10}, Values{1, 1}).has_value());
    CHECK_FALSE(EnergySpectrum::table(Values{0, 10}, Values{std::nan("")}).has_value());
}

TEST_CASE("a text table says which line it cannot read") {
    const auto table = parse_text_table("# a, b\n\n1, 2\r\n3\t4 \n 5 , 6,7\n", 2, "t").value();
    REQUIRE(table.rows() == 3);
    CHECK(table.columns[0] == std::vector<double>{1, 3, 5});
    CHECK(table.columns[1] == std::vector<double>{2, 4, 6});
    for (const auto* text : {"1,2\n3,\n", "1,2\n3,x\n", "1,2\n3,nan\n", "1,2\n3\n", "1,2\n,3\n"}) {
        const auto bad = parse_text_table(text, 2, "t.csv");
        REQUIRE_FALSE(bad.has_value());
        CHECK(bad.error().kind == ErrorKind::CORRUPT);
        CHECK(bad.error().message.find("t.csv, line 2") == 0);
    }
    CHECK_FALSE(parse_text_table("# nothing\n", 2, "t").has_value());
    CHECK(read_text_table("/nowhere/at/all.csv", 2).error().kind == ErrorKind::NOT_FOUND);
}
