#include "offline/cevns/form_factor.hpp"

#include <cmath>

#include <fmt/format.h>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

// Below this q·R the series in moments is exact to 1e-15, and closed forms lose digits.
constexpr double series_below = 0.05;

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

// F and its derivative with respect to the argument x = q·(radius of the sphere).
struct OfArgument {
    double value = 0, slope = 0;
};

// Of a uniform sphere: 3j₁(x)/x, with slope −3j₂(x)/x.
OfArgument uniform_sphere(double x) {
    const double x2 = x * x;
    if (x < 0.3) {
        const double j1 = 1 - x2 / 10 * (1 - x2 / 28 * (1 - x2 / 54 * (1 - x2 / 88 * (1 - x2 / 130))));
        const double j2 = 1 - x2 / 14 * (1 - x2 / 36 * (1 - x2 / 66 * (1 - x2 / 104 * (1 - x2 / 150))));
        return {j1, -x / 5 * j2};
    }
    const double sine = std::sin(x), cosine = std::cos(x);
    const double value = 3 * (sine / x - cosine) / x2;
    return {value, (3 * sine / x - 3 * value) / x};
}

double sphere_from(double r2_fm2) {
    return std::sqrt(r2_fm2 * 5 / 3);
}

// Moments of the convolution of two densities.
RadialMoments convolved(const RadialMoments& a, const RadialMoments& b) {
    return {a.r2 + b.r2, a.r4 + b.r4 + 10.0 / 3 * a.r2 * b.r2, a.r6 + b.r6 + 7 * (a.r4 * b.r2 + a.r2 * b.r4)};
}

RadialMoments sphere_moments(double r2_fm2) {
    const double x = r2_fm2 * 5 / 3;
    return {3 * x / 5, 3 * x * x / 7, x * x * x / 3};
}

RadialMoments fermi_moments(double r2_fm2, double a) {
    const double p = pi * pi * a * a;  // (πa)²
    const double c = (r2_fm2 - 1.4 * p) * 5 / 3;
    return {r2_fm2, 3.0 / 7 * c * c + 18.0 / 7 * p * c + 31.0 / 7 * p * p,
            c * c * c / 3 + 11.0 / 3 * p * c * c + 239.0 / 15 * p * p * c + 127.0 / 5 * p * p * p};
}

// R² that the surface has without any sphere.
double surface_r2(const FormFactorModel& model) {
    return std::visit(Overloaded{[](const HelmForm& m) { return 3 * m.skin_fm * m.skin_fm; },
                                 [](const SymmetrisedFermiForm& m) {
                                     return 1.4 * pi * pi * m.diffuseness_fm * m.diffuseness_fm;
                                 },
                                 [](const KleinNystrandForm& m) { return 6 * m.range_fm * m.range_fm; },
                                 [](const auto&) { return 0.0; }},
                      model);
}

FormFactorValue helm(const HelmForm& m, double q, double rms) {
    const double sphere = sphere_from(rms * rms - 3 * m.skin_fm * m.skin_fm);
    const auto f = uniform_sphere(q * sphere);
    const double surface = std::exp(-0.5 * q * q * m.skin_fm * m.skin_fm);
    return {f.value * surface, f.slope * surface * q * 5 * rms / (3 * sphere)};
}

FormFactorValue klein_nystrand(const KleinNystrandForm& m, double q, double rms) {
    const double sphere = sphere_from(rms * rms - 6 * m.range_fm * m.range_fm);
    const auto f = uniform_sphere(q * sphere);
    const double surface = 1 / (1 + q * q * m.range_fm * m.range_fm);
    return {f.value * surface, f.slope * surface * q * 5 * rms / (3 * sphere)};
}

// Sprung and Martorell, with y = πqa and x = qc.
FormFactorValue symmetrised_fermi(const SymmetrisedFermiForm& m, double q, double rms) {
    const double y = pi * q * m.diffuseness_fm;
    const double c = sphere_from(rms * rms - surface_r2(m));
    const double x = q * c;
    // As y → 0 both factors tend to 1: the sphere with a sharp edge.
    const double over_sinh = y < 1e-8 ? 1 : y / std::sinh(y);
    const double over_tanh = y < 1e-8 ? 1 : y / std::tanh(y);
    const double sine = std::sin(x), cosine = std::cos(x);
    const double below = x * (x * x + y * y);
    const double above = over_tanh * sine - x * cosine;
    const double value = 3 * over_sinh * above / below;
    const double slope =
        3 * over_sinh * ((over_tanh - 1) * cosine + x * sine) / below - value * (3 * x * x + y * y) / below;
    return {value, slope * q * 5 * rms / (3 * c)};
}

FormFactorValue tabulated(const TabulatedFormFactor& m, double q, double rms) {
    const auto point = m.at(q * rms / m.rms_fm());
    return {point.value, point.slope_fm * q / m.rms_fm()};
}

FormFactorValue expansion(const RadialMoments& r, double q, double rms) {
    const double q2 = q * q;
    return {1 - q2 * (r.r2 / 6 - q2 * (r.r4 / 120 - q2 * r.r6 / 5040)), -q2 * rms / 3};
}

// The symmetrised Fermi density's series for q·R → 0, with the derivatives of its moments by R.
FormFactorValue small_fermi(const SymmetrisedFermiForm& m, double q, double rms) {
    auto f = expansion(fermi_moments(rms * rms, m.diffuseness_fm), q, rms);
    const double p = pi * pi * m.diffuseness_fm * m.diffuseness_fm;
    const double c2 = (rms * rms - 1.4 * p) * 5 / 3;
    const double c2_by_r = 10 * rms / 3;
    const double r4_by_r = (6.0 / 7 * c2 + 18.0 / 7 * p) * c2_by_r;
    const double r6_by_r = (c2 * c2 + 22.0 / 3 * p * c2 + 239.0 / 15 * p * p) * c2_by_r;
    f.derivative_per_fm += moment4_derivative_per_fm4(q) * r4_by_r + moment6_derivative_per_fm6(q) * r6_by_r;
    return f;
}

bool positive_or_zero(double x) {
    return x >= 0 && std::isfinite(x);
}

}  // namespace

proto::Result<FormFactor> FormFactor::make(FormFactorModel model) {
    const auto bad = std::visit(
        Overloaded{
            [](const UnityForm&) { return std::string(); },
            [](const HelmForm& m) {
                return positive_or_zero(m.skin_fm) ? "" : fmt::format("Helm's skin s is {} fm", m.skin_fm);
            },
            [](const SymmetrisedFermiForm& m) {
                return positive_or_zero(m.diffuseness_fm)
                           ? ""
                           : fmt::format("the Fermi density's diffuseness a is {} fm", m.diffuseness_fm);
            },
            [](const KleinNystrandForm& m) {
                return positive_or_zero(m.range_fm)
                           ? ""
                           : fmt::format("Klein and Nystrand's range a is {} fm", m.range_fm);
            },
            [](const MomentsForm& m) {
                return positive_or_zero(m.r4_fm4) && positive_or_zero(m.r6_fm6)
                           ? ""
                           : fmt::format("the moments ⟨R⁴⟩ = {} fm⁴, ⟨R⁶⟩ = {} fm⁶", m.r4_fm4, m.r6_fm6);
            },
            [](const TabulatedFormFactor& m) {
                return m.rms_fm() > 0 ? std::string() : std::string("the form factor's table is empty");
            }},
        model);
    if (!bad.empty()) return refused(bad + "; allowed: finite, not negative");
    return FormFactor(std::move(model));
}

proto::Status FormFactor::check(double rms_fm, double q_max_per_fm) const {
    if (std::holds_alternative<UnityForm>(model_)) return {};
    if (!(rms_fm > 0) || !std::isfinite(rms_fm))
        return refused(fmt::format("an rms radius of {} fm; it must be positive", rms_fm));
    const double least = surface_r2(model_);
    if (rms_fm * rms_fm <= least)
        return refused(
            fmt::format("an rms radius of {:.4f} fm is not above the {:.4f} fm that the surface alone has",
                        rms_fm, std::sqrt(least)));
    if (const auto* m = std::get_if<MomentsForm>(&model_)) {
        const double r2 = rms_fm * rms_fm;
        if (m->r4_fm4 < r2 * r2)
            return refused(
                fmt::format("no density has ⟨R⁴⟩ = {:.4g} fm⁴ below ⟨R²⟩² = {:.4g} fm⁴", m->r4_fm4, r2 * r2));
    }
    if (const auto* table = std::get_if<TabulatedFormFactor>(&model_)) {
        const double needed = q_max_per_fm * rms_fm / table->rms_fm();
        if (needed > table->q_max_per_fm())
            return refused(fmt::format("the form factor's table ends at q = {:.4f} fm⁻¹; needed: {:.4f} fm⁻¹",
                                       table->q_max_per_fm(), needed));
    }
    return {};
}

FormFactorValue FormFactor::at(double q_per_fm, double rms_fm) const {
    return std::visit(
        Overloaded{[](const UnityForm&) { return FormFactorValue{1, 0}; },
                   [&](const HelmForm& m) { return helm(m, q_per_fm, rms_fm); },
                   [&](const SymmetrisedFermiForm& m) {
                       return q_per_fm * rms_fm < series_below ? small_fermi(m, q_per_fm, rms_fm)
                                                               : symmetrised_fermi(m, q_per_fm, rms_fm);
                   },
                   [&](const KleinNystrandForm& m) { return klein_nystrand(m, q_per_fm, rms_fm); },
                   [&](const MomentsForm& m) {
                       return expansion({rms_fm * rms_fm, m.r4_fm4, m.r6_fm6}, q_per_fm, rms_fm);
                   },
                   [&](const TabulatedFormFactor& m) { return tabulated(m, q_per_fm, rms_fm); }},
        model_);
}

void FormFactor::fill(std::span<const double> q_per_fm, double rms_fm, std::span<FormFactorValue> out) const {
    for (std::size_t i = 0; i < q_per_fm.size(); ++i)
        out[i] = at(q_per_fm[i], rms_fm);
}

RadialMoments FormFactor::moments(double rms_fm) const {
    const double r2 = rms_fm * rms_fm;
    const double sphere = r2 - surface_r2(model_);
    return std::visit(
        Overloaded{[](const UnityForm&) { return RadialMoments{}; },
                   [&](const HelmForm& m) {
                       const double s2 = m.skin_fm * m.skin_fm;
                       return convolved(sphere_moments(sphere), {3 * s2, 15 * s2 * s2, 105 * s2 * s2 * s2});
                   },
                   [&](const SymmetrisedFermiForm& m) { return fermi_moments(r2, m.diffuseness_fm); },
                   [&](const KleinNystrandForm& m) {
                       const double a2 = m.range_fm * m.range_fm;
                       return convolved(sphere_moments(sphere), {6 * a2, 120 * a2 * a2, 5040 * a2 * a2 * a2});
                   },
                   [&](const MomentsForm& m) { return RadialMoments{r2, m.r4_fm4, m.r6_fm6}; },
                   [&](const TabulatedFormFactor& m) {
                       const double scale = r2 / (m.rms_fm() * m.rms_fm());
                       return RadialMoments{r2, m.r4_fm4() * scale * scale,
                                            m.r6_fm6() * scale * scale * scale};
                   }},
        model_);
}

double moment4_derivative_per_fm4(double q_per_fm) {
    const double q2 = q_per_fm * q_per_fm;
    return q2 * q2 / 120;
}

double moment6_derivative_per_fm6(double q_per_fm) {
    const double q2 = q_per_fm * q_per_fm;
    return -q2 * q2 * q2 / 5040;
}

}  // namespace spillgate::offline::cevns
