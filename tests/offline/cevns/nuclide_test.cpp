#include "offline/cevns/nuclide.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "offline/cevns/constants.hpp"

using namespace spillgate::offline::cevns;
using spillgate::proto::ErrorKind;

TEST_CASE("a nucleus' mass is the atom's less its electrons'") {
    const auto argon = find_nuclide("Ar40").value();
    CHECK(argon.n() == 22);
    CHECK(argon.mass_mev() == Approx(37215.52).margin(0.01));
    for (const auto& nuclide : nuclides()) {
        CAPTURE(nuclide.name);
        CHECK(nuclide.atomic_mass_u == Approx(nuclide.a).margin(0.1));
        CHECK(nuclide.z < nuclide.n() + 1);
        CHECK(nuclide.charge_radius_fm == Approx(0.95 * std::cbrt(nuclide.a)).epsilon(0.12));
        // Any skin is thin.
        CHECK(std::abs(nuclide.neutron_radius_fm - nuclide.proton_radius_fm()) < 0.4);
    }
}

TEST_CASE("the radius of the protons as points follows from the charge's") {
    const auto caesium = find_nuclide("Cs133").value();
    CHECK(caesium.proton_radius_fm() ==
          Approx(std::sqrt(4.8041 * 4.8041 - 0.8409 * 0.8409 + 0.1161 * 78 / 55 - 0.033)));
    CHECK(find_nuclide("Ar40").value().proton_radius_fm() == Approx(3.339).margin(0.001));
}

TEST_CASE("natural compositions sum to one nucleus for each atom") {
    for (const auto* name : {"Ar", "Ge", "Xe"}) {
        double sum = 0;
        for (const auto& part : find_material(name).value().constituents)
            sum += part.per_formula;
        CHECK(sum == Approx(1).margin(1e-6));
    }
    // Standard atomic weights.
    CHECK(find_material("LAr").value().formula_mass_u() == Approx(39.948).margin(0.001));
    CHECK(find_material("Ge").value().formula_mass_u() == Approx(72.630).margin(0.008));
    CHECK(find_material("LXe").value().formula_mass_u() == Approx(131.293).margin(0.006));
    CHECK(find_material("CsI").value().formula_mass_u() == Approx(259.810).margin(0.001));
    CHECK(find_material("NaI").value().formula_mass_u() == Approx(149.894).margin(0.001));
}

TEST_CASE("a mass holds as many nuclei of each isotope as its composition says") {
    const auto csi = target_nuclides(find_material("CsI").value(), 14.6).value();
    REQUIRE(csi.size() == 2);
    CHECK(csi[0].nuclei == Approx(14600 / 259.80992 * 6.02214076e23).epsilon(1e-6));
    CHECK(csi[0].nuclei == csi[1].nuclei);
    double argon = 0;
    for (const auto& part : target_nuclides(find_material("Ar").value(), 24.4).value())
        argon += part.nuclei;
    CHECK(argon == Approx(24400 / 39.948 * 6.02214076e23).epsilon(3e-5));
}

TEST_CASE("what is not known is refused with what is") {
    const auto nuclide = find_nuclide("Kr84");
    REQUIRE_FALSE(nuclide.has_value());
    CHECK(nuclide.error().kind == ErrorKind::NOT_FOUND);
    CHECK(nuclide.error().message.find("Ar40") != std::string::npos);
    CHECK_FALSE(find_material("BGO").has_value());
    CHECK_FALSE(target_nuclides(find_material("Ar").value(), 0).has_value());
    CHECK_FALSE(target_nuclides(find_material("Ar").value(), -1).has_value());
}
