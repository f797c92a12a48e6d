#include "offline/cevns/form_factor.hpp"

#include <cmath>
#include <functional>
#include <string>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/sinc.hpp>
#include <catch2/catch.hpp>

#include "offline/cevns/constants.hpp"
#include "offline/cevns/nuclide.hpp"

using namespace spillgate::offline::cevns;
using spillgate::proto::ErrorKind;

namespace {

using Density = std::function<double(double)>;

// ∫ ρ r² f(r) dr, by pieces of half a fm up to where every density here has vanished.
double radial(const Density& rho, const std::function<double(double)>& f, double end_fm = 40) {
    double sum = 0;
    for (double r = 0; r < end_fm; r += 0.5)
        sum += boost::math::quadrature::gauss_kronrod<double, 15>::integrate(
            [&](double x) { return rho(x) * x * x * f(x); }, r, r + 0.5, 0);
    return sum;
}

double transform(const Density& rho, double q) {
    return radial(rho, [q](double r) { return boost::math::sinc_pi(q * r); }) /
           radial(rho, [](double) { return 1.0; });
}

double moment(const Density& rho, int power) {
    return radial(rho, [power](double r) { return std::pow(r, power); }) /
           radial(rho, [](double) { return 1.0; });
}

// A uniform sphere ⊗ a Gaussian of width s.
Density helm_density(double rms, double s) {
    const double sphere = std::sqrt((rms * rms - 3 * s * s) * 5 / 3);
    return [=](double r) {
        const double below = (r - sphere) / (std::sqrt(2) * s), above = (r + sphere) / (std::sqrt(2) * s);
        const double edge =
            r > 1e-6 ? s / (std::sqrt(2 * pi) * r) * (std::exp(-above * above) - std::exp(-below * below))
                     : -2 * sphere / (std::sqrt(2 * pi) * s) * std::exp(-below * below);
        return 0.5 * (std::erf(above) - std::erf(below)) + edge;
    };
}

Density fermi_density(double rms, double a) {
    const double c = std::sqrt((rms * rms - 1.4 * pi * pi * a * a) * 5 / 3);
    return [=](double r) { return std::sinh(c / a) / (std::cosh(r / a) + std::cosh(c / a)); };
}

// The solution of (1 − a²∇²)ρ = a uniform sphere. Its bend at the sphere's edge is put on a piece's edge by
// the choice of the radius.
Density klein_nystrand_density(double sphere, double a) {
    return [=](double r) {
        const double x = std::max(r, 1e-9) / a, y = sphere / a;
        if (r < sphere) return 1 - (1 + y) * std::exp(-y) * std::sinh(x) / x;
        return std::exp(-x) / x * (y * std::cosh(y) - std::sinh(y));
    };
}

FormFactor make(FormFactorModel model) {
    return FormFactor::make(std::move(model)).value();
}

void check_against(const FormFactor& form, double rms, const Density& rho) {
    for (double q = 0; q < 1.2; q += 0.03) {
        CAPTURE(q);
        CHECK(form.at(q, rms).value == Approx(transform(rho, q)).margin(1e-9).epsilon(0));
    }
    const auto moments = form.moments(rms);
    CHECK(moments.r2 == Approx(rms * rms));
    CHECK(moments.r2 == Approx(moment(rho, 2)).epsilon(1e-8));
    CHECK(moments.r4 == Approx(moment(rho, 4)).epsilon(1e-8));
    CHECK(moments.r6 == Approx(moment(rho, 6)).epsilon(1e-8));
}

}  // namespace

TEST_CASE("Helm's form factor is the transform of a uniform sphere folded with a Gaussian") {
    check_against(make(HelmForm{0.9}), 4.9, helm_density(4.9, 0.9));
    check_against(make(HelmForm{1.0}), 3.405, helm_density(3.405, 1.0));
}

TEST_CASE("the symmetrised Fermi form factor is the transform of its density") {
    check_against(make(SymmetrisedFermiForm{0.523}), 4.846, fermi_density(4.846, 0.523));
    check_against(make(SymmetrisedFermiForm{0.6}), 5.78, fermi_density(5.78, 0.6));
}

TEST_CASE("Klein and Nystrand's form factor is the transform of a uniform sphere folded with a Yukawa") {
    const double sphere = 5.5, a = 0.7;
    check_against(make(KleinNystrandForm{a}), std::sqrt(0.6 * sphere * sphere + 6 * a * a),
                  klein_nystrand_density(sphere, a));
}

TEST_CASE("a tabulated density gives the transform of the line through its points") {
    std::vector<double> r, rho;
    const auto fermi = fermi_density(4.8, 0.523);
    for (int i = 0; i <= 30; ++i) {
        r.push_back(0.5 * i);
        rho.push_back(7 * fermi(r.back()));
    }
    const Density line = [&](double x) {
        const auto i = static_cast<std::size_t>(x / 0.5);
        if (i + 1 >= r.size()) return 0.0;
        return rho[i] + (rho[i + 1] - rho[i]) * (x - r[i]) / 0.5;
    };
    const auto table = TabulatedFormFactor::from_density(r, rho).value();
    CHECK(table.rms_fm() == Approx(std::sqrt(moment(line, 2))));
    check_against(make(table), table.rms_fm(), line);
}

TEST_CASE(
    "a density tabulated finely is the form factor that it was made from, at its radius and at others") {
    std::vector<double> r, rho;
    const auto fermi = fermi_density(4.8, 0.523);
    for (int i = 0; i <= 1500; ++i) {
        r.push_back(0.01 * i);
        rho.push_back(fermi(r.back()));
    }
    const auto form = make(TabulatedFormFactor::from_density(r, rho).value());
    const auto exact = make(SymmetrisedFermiForm{0.523});
    for (double q = 0; q < 1; q += 0.05)
        CHECK(form.at(q, 4.8).value == Approx(exact.at(q, 4.8).value).margin(1e-5));
    // The shape is kept: another radius is another scale of q.
    CHECK(form.at(0.3, 4.8 * 1.1).value == Approx(form.at(0.33, 4.8).value).margin(1e-9));
}

TEST_CASE("a table of F(q) is read between its points") {
    std::vector<double> q, f;
    const auto exact = make(HelmForm{0.9});
    for (int i = 0; i <= 400; ++i) {
        q.push_back(0.004 * i);
        f.push_back(exact.at(q.back(), 4.9).value);
    }
    const auto form = make(TabulatedFormFactor::from_form_factor(q, f, 4.9).value());
    for (double x = 0; x < 1.5; x += 0.0173)
        CHECK(form.at(x, 4.9).value == Approx(exact.at(x, 4.9).value).margin(1e-6));
}

TEST_CASE("every form factor is 1 at q = 0, and its series joins the closed form") {
    const std::vector<FormFactor> all{make(UnityForm{}), make(HelmForm{0.9}), make(SymmetrisedFermiForm{}),
                                      make(KleinNystrandForm{}), make(MomentsForm{700, 22e3})};
    for (const auto& form : all) {
        CHECK(form.at(0, 4.8).value == 1);
        CHECK(form.at(0, 4.8).derivative_per_fm == 0);
        for (const double q : {0.3 / 5.5, 0.05 / 4.8}) {
            const auto below = form.at(q * (1 - 1e-9), 4.8), above = form.at(q * (1 + 1e-9), 4.8);
            CHECK(below.value == Approx(above.value).epsilon(1e-9));
            CHECK(below.derivative_per_fm == Approx(above.derivative_per_fm).epsilon(1e-8));
        }
    }
}

TEST_CASE("at small q a form factor is 1 - R² q²/6 in its rms radius") {
    for (const auto& form : {make(HelmForm{}), make(SymmetrisedFermiForm{}), make(KleinNystrandForm{})})
        CHECK((1 - form.at(1e-3, 4.9).value) * 6e6 == Approx(4.9 * 4.9).epsilon(1e-5));
}

TEST_CASE("the derivative by the radius is that of the form factor itself") {
    const auto helm = make(HelmForm{});
    std::vector<double> r, rho;
    for (int i = 0; i <= 200; ++i) {
        r.push_back(0.075 * i);
        // Rounding leaves -1e-17 where there is nothing.
        rho.push_back(std::max(0.0, helm_density(4.9, 0.9)(r.back())));
    }
    const auto table = make(TabulatedFormFactor::from_density(r, rho).value());
    for (const auto& form : {helm, make(SymmetrisedFermiForm{}), make(KleinNystrandForm{}),
                             make(MomentsForm{700, 22e3}), table, make(UnityForm{})})
        for (const double q : {1e-4, 0.005, 0.02, 0.1, 0.25, 0.4, 0.54}) {
            const double step = 1e-4;
            const double difference =
                (form.at(q, 4.9 + step).value - form.at(q, 4.9 - step).value) / (2 * step);
            CHECK(form.at(q, 4.9).derivative_per_fm == Approx(difference).margin(2e-8));
        }
}

TEST_CASE("the expansion in moments falls short of Helm's form factor by its next terms") {
    const auto helm = make(HelmForm{});
    const auto m = helm.moments(3.405);
    const auto expansion = make(MomentsForm{m.r4, m.r6});
    const auto density = helm_density(3.405, 0.9);
    for (const double q : {0.1, 0.2, 0.4, 0.6}) {
        const double next = std::pow(q, 8) * moment(density, 8) / std::tgamma(10);
        const double after = std::pow(q, 10) * moment(density, 10) / std::tgamma(12);
        const double lacking = helm.at(q, 3.405).value - expansion.at(q, 3.405).value;
        CHECK(lacking < next + 1e-12);
        CHECK(lacking > next - after - 1e-12);
    }
    CHECK(moment4_derivative_per_fm4(0.4) == Approx(std::pow(0.4, 4) / 120));
    CHECK(moment6_derivative_per_fm6(0.4) == Approx(-std::pow(0.4, 6) / 5040));
}

TEST_CASE("lead's neutron radius of PREX belongs to the form factor that PREX saw") {
    // F_W(q = 0.475 fm⁻¹) = 0.204 ± 0.028 (C.J. Horowitz et al., Phys. Rev. C 85 (2012) 032501), of weak
    // charge, which is wider than that of neutrons as points; the radius is 5.78 +0.16 −0.18 fm.
    const auto lead = find_nuclide("Pb208").value();
    CHECK(lead.neutron_radius_fm == 5.78);
    const auto fermi = make(SymmetrisedFermiForm{0.55});
    CHECK(fermi.at(0.475, lead.neutron_radius_fm).value == Approx(0.204).margin(0.028));
    // One standard deviation of R_n is what one of F_W is.
    const double slope = fermi.at(0.475, lead.neutron_radius_fm).derivative_per_fm;
    CHECK(0.028 / -slope == Approx(0.17).margin(0.02));
}

TEST_CASE("a radius that the surface alone exceeds is refused, and says so") {
    const auto helm = make(HelmForm{0.9});
    CHECK(helm.check(4.9).has_value());
    const auto bad = helm.check(1.55);
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().kind == ErrorKind::CONFIG);
    CHECK(bad.error().message.find("1.5588 fm") != std::string::npos);
    CHECK_FALSE(make(SymmetrisedFermiForm{}).check(1.9).has_value());
    CHECK_FALSE(make(KleinNystrandForm{}).check(1.7).has_value());
    CHECK_FALSE(helm.check(0).has_value());
    CHECK_FALSE(helm.check(-4.9).has_value());
    CHECK_FALSE(helm.check(std::nan("")).has_value());
    CHECK_FALSE(make(MomentsForm{100, 1e4}).check(4.9).has_value());
    CHECK(make(UnityForm{}).check(0).has_value());
}

TEST_CASE("tables that no nucleus has are refused") {
    const std::vector<double> q{0, 0.1, 0.2, 0.3}, f{1, 0.9, 0.8, 0.7};
    CHECK(TabulatedFormFactor::from_form_factor(q, f, 4.8).has_value());
    CHECK_FALSE(TabulatedFormFactor::from_form_factor(q, f, 0).has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_form_factor(q, std::vector<double>{0.9, 0.9, 0.8, 0.7}, 4.8).has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_form_factor(q, std::vector<double>{1, 1.1, 0.8, 0.7}, 4.8).has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_form_factor(std::vector<double>{0.1, 0.2, 0.3, 0.4}, f, 4.8).has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_form_factor(std::vector<double>{0, 0.2, 0.2, 0.4}, f, 4.8).has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_form_factor(std::vector<double>{0, 0.2}, std::vector<double>{1, 0.9}, 4.8)
            .has_value());
    CHECK_FALSE(TabulatedFormFactor::from_density(std::vector<double>{0, 1, 2}, std::vector<double>{1, -1, 0})
                    .has_value());
    CHECK_FALSE(TabulatedFormFactor::from_density(std::vector<double>{0, 1, 1}, std::vector<double>{1, 1, 0})
                    .has_value());
    CHECK_FALSE(
        TabulatedFormFactor::from_density(std::vector<double>{0, 1}, std::vector<double>{0, 0}).has_value());
    CHECK_FALSE(FormFactor::make(HelmForm{-1}).has_value());
    CHECK_FALSE(FormFactor::make(KleinNystrandForm{std::nan("")}).has_value());
    CHECK_FALSE(FormFactor::make(TabulatedFormFactor{}).has_value());
    // A table that ends before the recoils do.
    const auto table = make(TabulatedFormFactor::from_form_factor(q, f, 4.8).value());
    CHECK(table.check(4.8, 0.3).has_value());
    CHECK_FALSE(table.check(4.8, 0.31).has_value());
}
