#include "offline/cevns/cross_section.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "offline/cevns/kinematics.hpp"
#include "offline/cevns/neutrino_flux.hpp"

using namespace spillgate::offline::cevns;

namespace {

NuclearModel model_of(const char* name) {
    return default_nuclear_model(find_nuclide(name).value());
}

// Mean of the three flavours of pions that decay at rest, in 1e-40 cm².
double mean_e40_cm2(const NuclearModel& model, const Couplings& couplings) {
    const NeutrinoFlux flux;
    double sum = 0;
    for (const auto flavour : {Flavour::NU_MU, Flavour::NU_E, Flavour::ANTI_NU_MU})
        sum += averaged_cross_section_cm2(model, couplings, flavour, flux[flavour]);
    return sum / 3 * 1e40;
}

}  // namespace

TEST_CASE("argon's mean cross section has its reference values") {
    auto argon = model_of("Ar40");
    CHECK(mean_e40_cm2(argon, tree_couplings()) == Approx(18.235).epsilon(1e-3));
    CHECK(mean_e40_cm2(argon, corrected_couplings()) == Approx(18.509).epsilon(1e-3));
    argon.proton = argon.neutron = FormFactor();
    CHECK(mean_e40_cm2(argon, tree_couplings()) == Approx(21.972).epsilon(1e-3));
}

TEST_CASE(
    "caesium iodide's mean cross section is that of the Standard Model, and falls as the neutrons spread") {
    auto caesium = model_of("Cs133"), iodine = model_of("I127");
    const auto couplings = corrected_couplings();
    const double mean = 0.5 * (mean_e40_cm2(caesium, couplings) + mean_e40_cm2(iodine, couplings));
    CHECK(mean == Approx(188.3).epsilon(1e-3));
    caesium.neutron_rms_fm *= 1.05;
    iodine.neutron_rms_fm *= 1.05;
    const double wider = 0.5 * (mean_e40_cm2(caesium, couplings) + mean_e40_cm2(iodine, couplings));
    CHECK(1 - wider / mean == Approx(0.0337).margin(2e-4));
}

TEST_CASE("without a form factor the cross section has its closed form") {
    // ∫ (1 − T/E − MT/2E²) dT up to T_max = E²·(something) in closed form: T_max/2 exactly, since the bracket
    // is a line from 1 to 0.
    auto argon = model_of("Ar40");
    argon.proton = argon.neutron = FormFactor();
    const auto couplings = tree_couplings();
    const double mass = argon.nuclide.mass_mev(), energy = 30;
    const double charge = couplings.g_p_nu_e * 18 + couplings.g_n * 22;
    const double expected =
        cross_section_scale_cm2_per_kev(mass) * charge * charge * max_recoil_kev(energy, mass) / 2;
    CHECK(averaged_cross_section_cm2(argon, couplings, Flavour::NU_E, EnergySpectrum::line(energy)) ==
          Approx(expected).epsilon(1e-9));
}

TEST_CASE("there is no recoil outside the kinematic limits") {
    const auto argon = model_of("Ar40");
    const double mass = argon.nuclide.mass_mev();
    const auto at = [&](double energy_mev, double recoil_kev) {
        return differential_cross_section_cm2_per_kev(argon, tree_couplings(), Flavour::NU_E, energy_mev,
                                                      recoil_kev);
    };
    const double end = max_recoil_kev(40, mass);
    CHECK(end == Approx(2 * 1600 / (mass + 80) * 1000));
    CHECK(min_neutrino_energy_mev(end, mass) == Approx(40).epsilon(1e-12));
    CHECK(at(40, end * 0.999) > 0);
    CHECK(at(40, end * 1.001) == 0);
    CHECK(at(40, -1) == 0);
    CHECK(at(40, 0) > at(40, 1));
    // At T = 0 it is the square of the weak charge.
    const double charge = tree_couplings().g_p_nu_e * 18 - 0.5 * 22;
    CHECK(at(40, 0) == Approx(cross_section_scale_cm2_per_kev(mass) * charge * charge).epsilon(1e-9));
}

TEST_CASE("the corrected couplings differ by flavour and follow the mixing angle") {
    const auto corrected = corrected_couplings();
    CHECK(corrected.g_p(Flavour::NU_E) == 0.0382);
    CHECK(corrected.g_p(Flavour::NU_MU) == 0.0300);
    CHECK(corrected.g_p(Flavour::ANTI_NU_MU) == 0.0300);
    CHECK(tree_couplings().g_p(Flavour::NU_E) == Approx(0.02274));
    CHECK(corrected_couplings(sin2_theta_w + 0.01).g_p_nu_e == Approx(0.0182));
    CHECK(tree_couplings(sin2_theta_w + 0.01).g_p_nu_e == Approx(0.00274));
}

TEST_CASE("the axial part adds little to odd nuclei, and nothing to even ones") {
    for (const auto& [name, least, most] :
         {std::tuple{"Na23", 0.002, 0.005}, {"I127", 5e-5, 5e-4}, {"Ar40", 0.0, 0.0}}) {
        auto model = model_of(name);
        const double without = mean_e40_cm2(model, tree_couplings());
        model.axial = true;
        const double more = mean_e40_cm2(model, tree_couplings()) / without - 1;
        CAPTURE(name, more);
        CHECK(more >= least);
        CHECK(more <= most);
    }
}

TEST_CASE("the axial part of a free proton is the nucleon's own") {
    // c_V²(1 + cos θ) + c_A²(3 − cos θ) with c_A = g_A/2: in T the axial part is (g_A/2)² (1 + MT/2E²).
    Nuclide proton{"H1", 1, 1, 1.00782503, 0.8409, 0.8, NuclearSpin{0.5, 0.5, 0}};
    CHECK(axial_strength(proton) == Approx(axial_coupling * axial_coupling / 4));
}

TEST_CASE("the incoherent part interpolates between the nucleus and its nucleons") {
    auto model = model_of("Cs133");
    model.incoherent = true;
    const Couplings equal{0.5, 0.5, 0.5};
    model.proton_rms_fm = model.neutron_rms_fm;
    for (const double recoil : {0.0, 5.0, 20.0}) {
        const double q = momentum_transfer_per_fm(recoil, model.nuclide.mass_mev());
        const double g = std::pow(model.neutron.at(q, model.neutron_rms_fm).value, 2);
        CHECK(squared_amplitude(model, equal, Flavour::NU_E, recoil) ==
              Approx(0.25 * (133 * 133 * g + 133 * (1 - g))));
    }
}

TEST_CASE("a radius that suits no density is named with its isotope") {
    auto model = model_of("I127");
    CHECK(check(model, 52.8).has_value());
    model.neutron_rms_fm = 1;
    const auto bad = check(model, 52.8);
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().message.find("I127, neutrons") == 0);
}
