#include "offline/cevns/electron_neutrino_deuteron.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/cevns/neutrino_flux.hpp"

using namespace spillgate::offline::cevns;

TEST_CASE("between the points kept, the cross section is the published table to 1e-3") {
    // Of Nakamura et al., rows that are not among those kept, in 1e-42 cm².
    const std::pair<double, double> left_out[] = {{3.2, 0.06324}, {5.4, 0.4463}, {7.6, 1.264}, {10.4, 3.007},
                                                  {13.5, 5.923},  {17.5, 11.31}, {21, 17.63},  {25, 26.78},
                                                  {29, 38.11},    {32, 48.11},   {37, 67.76},  {42, 91.32},
                                                  {47, 119.0},    {52, 150.8}};
    for (const auto& [energy_mev, e42] : left_out) {
        CAPTURE(energy_mev);
        CHECK(electron_neutrino_deuteron_cm2(energy_mev).value() * 1e42 == Approx(e42).epsilon(1e-3));
    }
    CHECK(electron_neutrino_deuteron_cm2(30).value() * 1e42 == Approx(41.30));
    CHECK(electron_neutrino_deuteron_cm2(170).value() * 1e42 == Approx(2113));
}

TEST_CASE("nothing happens below the threshold, and above the table nothing is known") {
    CHECK(electron_neutrino_deuteron_cm2(0).value() == 0);
    CHECK(electron_neutrino_deuteron_cm2(1.44).value() == 0);
    CHECK(electron_neutrino_deuteron_cm2(1.5).value() > 0);
    CHECK(electron_neutrino_deuteron_cm2(1.8).value() < electron_neutrino_deuteron_cm2(2).value());
    CHECK_FALSE(electron_neutrino_deuteron_cm2(171).has_value());
    CHECK_FALSE(averaged_electron_neutrino_deuteron_cm2(EnergySpectrum::line(200)).has_value());
}

TEST_CASE(
    "averaged over neutrinos of muons at rest it is the calculated value, and within the measured one") {
    const auto spectrum = EnergySpectrum::decay_at_rest(Flavour::NU_E);
    const double e42 = averaged_electron_neutrino_deuteron_cm2(spectrum).value() * 1e42;
    CHECK(e42 == Approx(54.6).epsilon(0.02));
    CHECK(std::abs(e42 - 52) < 18);
    CHECK(averaged_electron_neutrino_deuteron_cm2(EnergySpectrum::line(30)).value() ==
          electron_neutrino_deuteron_cm2(30).value());
}

TEST_CASE("heavy water counts its deuterons") {
    CHECK(deuterons(592) == Approx(2 * 592e3 / 20.0276 * 6.02214076e23).epsilon(1e-4));
    CHECK(deuterons(592, 0.99) == Approx(0.99 * deuterons(592)).epsilon(2e-3));
}

TEST_CASE("two years of 592 kg of heavy water at 20 m measure the flux to a few per cent") {
    // 1.4 MW of 1 GeV protons for 5000 h a year.
    const SourceIntensity source{0.0919, 20};
    const double fluence = source.per_cm2(protons_of_beam_energy(1.4e-3 * 10'000, 1.0));
    const auto spectrum = EnergySpectrum::decay_at_rest(Flavour::NU_E);
    const double events = electron_neutrino_deuteron_events(592, fluence, spectrum).value();
    CHECK(events > 1000);
    CHECK(1 / std::sqrt(events) < 0.05);
    CHECK(events ==
          Approx(deuterons(592) * fluence * averaged_electron_neutrino_deuteron_cm2(spectrum).value()));
    CHECK_FALSE(electron_neutrino_deuteron_events(0, fluence, spectrum).has_value());
    CHECK_FALSE(electron_neutrino_deuteron_events(592, -1, spectrum).has_value());
    CHECK_FALSE(electron_neutrino_deuteron_events(592, fluence, spectrum, 1.1).has_value());
}
