#include "offline/experiment/nuclide_form_factors.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

cevns::HelmForm helm_of(const config::Nuclear& nuclear) {
    return nuclear.has_surface_thickness_fm() && nuclear.surface_thickness_fm() > 0
               ? cevns::HelmForm{nuclear.surface_thickness_fm()}
               : cevns::HelmForm{};
}

// Moments and tables are the neutrons' alone: protons are then Helm's.
Result<cevns::FormFactor> model_of(const config::Nuclear& nuclear, bool neutrons, double r4, double r6) {
    const double surface = nuclear.surface_thickness_fm();
    const bool given = nuclear.has_surface_thickness_fm() && surface > 0;
    switch (nuclear.form_factor()) {
        case config::SYMMETRISED_FERMI:
            return cevns::FormFactor::make(given ? cevns::SymmetrisedFermiForm{surface}
                                                 : cevns::SymmetrisedFermiForm{});
        case config::KLEIN_NYSTRAND:
            return cevns::FormFactor::make(given ? cevns::KleinNystrandForm{surface}
                                                 : cevns::KleinNystrandForm{});
        case config::UNITY:
            return cevns::FormFactor::make(cevns::UnityForm{});
        case config::MOMENTS:
            if (neutrons)
                return cevns::FormFactor::make(cevns::MomentsForm{std::pow(r4, 4), std::pow(r6, 6)});
            break;
        case config::HELM:
        case config::TABULATED:
            break;
    }
    return cevns::FormFactor::make(helm_of(nuclear));
}

void apply_radii(const config::Nuclear& nuclear, NuclideRadii& radii) {
    for (const auto& radius : nuclear.radius()) {
        if (radius.nuclide() != radii.name && radius.nuclide() != radii.element) continue;
        if (radius.has_neutron_rms_fm()) radii.neutron_rms_fm = radius.neutron_rms_fm();
        if (radius.has_proton_rms_fm()) radii.proton_rms_fm = radius.proton_rms_fm();
    }
}

// ⟨R⁴⟩^¼ and ⟨R⁶⟩^⅙: as configured, or those of Helm's density.
proto::Status apply_moments(const config::Nuclear& nuclear, NuclideRadii& radii) {
    const auto helm = cevns::FormFactor::make(helm_of(nuclear));
    if (!helm) return helm.error();
    if (auto status = helm->check(radii.neutron_rms_fm); !status) return status;
    const auto moments = helm->moments(radii.neutron_rms_fm);
    radii.r4_fm = nuclear.r4_moment() > 0 ? nuclear.r4_moment() : std::pow(moments.r4, 0.25);
    radii.r6_fm = nuclear.r6_moment() > 0 ? nuclear.r6_moment() : std::pow(moments.r6, 1. / 6);
    return {};
}

// 1 − F = ⟨R²⟩q²/6 − ⟨R⁴⟩q⁴/120 + …: least squares of both over the points where F is above 0.8. Digits that
// a table has lost near q = 0 hardly count so.
double curvature_radius(std::span<const double> q, std::span<const double> f) {
    double a22 = 0, a24 = 0, a44 = 0, b2 = 0, b4 = 0;
    for (std::size_t i = 1; i < q.size() && f[i] > 0.8; ++i) {
        const double q2 = q[i] * q[i], fall = 1 - f[i];
        a22 += q2 * q2;
        a24 += q2 * q2 * q2;
        a44 += q2 * q2 * q2 * q2;
        b2 += q2 * fall;
        b4 += q2 * q2 * fall;
    }
    const double determinant = a22 * a44 - a24 * a24;
    const double slope = determinant > 1e-12 * a22 * a44 ? (b2 * a44 - b4 * a24) / determinant : b2 / a22;
    return std::sqrt(6 * slope);
}

Result<cevns::TabulatedFormFactor> read_form(const config::NumberTable& table, bool density,
                                             const DataFolder& folder) {
    const auto rows = folder.read(table, 2);
    if (!rows) return rows.error();
    std::vector<double> x, y;
    for (std::size_t row = 0; row < rows->rows(); ++row) {
        x.push_back(rows->at(row, 0));
        y.push_back(rows->at(row, 1));
    }
    auto form = density ? cevns::TabulatedFormFactor::from_density(x, y)
                        : cevns::TabulatedFormFactor::from_form_factor(x, y, curvature_radius(x, y));
    if (!form) return error(form.error().kind, fmt::format("{}: {}", rows->path, form.error().message));
    return form;
}

Result<const config::NuclearTable*> table_of(const config::Nuclear& nuclear, const NuclideRadii& radii) {
    for (const auto& table : nuclear.table())
        if (table.nuclide() == radii.name || table.nuclide() == radii.element) return &table;
    return error(
        ErrorKind::CONFIG,
        fmt::format("nuclear.form_factor is TABULATED, and nuclear.table has none for {}", radii.name));
}

proto::Status apply_tables(const config::Nuclear& nuclear, const DataFolder& folder,
                           NuclideFormFactors& out) {
    const auto table = table_of(nuclear, out.radii);
    if (!table) return table.error();
    const auto& given = **table;
    const bool neutron_density = given.has_neutron_density();
    if (!neutron_density && !given.has_neutron_form_factor())
        return error(ErrorKind::CONFIG, fmt::format("nuclear.table of {} has neither neutron_form_factor nor "
                                                    "neutron_density",
                                                    given.nuclide()));
    const auto neutrons = read_form(neutron_density ? given.neutron_density() : given.neutron_form_factor(),
                                    neutron_density, folder);
    if (!neutrons) return neutrons.error();
    auto neutron = cevns::FormFactor::make(*neutrons);
    if (!neutron) return neutron.error();
    out.neutron = std::move(*neutron);
    out.radii.neutron_rms_fm = neutrons->rms_fm();
    out.radii.r4_fm = std::pow(neutrons->r4_fm4(), 0.25);
    out.radii.r6_fm = std::pow(neutrons->r6_fm6(), 1. / 6);
    const bool proton_density = given.has_proton_density();
    if (!proton_density && !given.has_proton_form_factor()) return {};
    const auto protons = read_form(proton_density ? given.proton_density() : given.proton_form_factor(),
                                   proton_density, folder);
    if (!protons) return protons.error();
    auto proton = cevns::FormFactor::make(*protons);
    if (!proton) return proton.error();
    out.proton = std::move(*proton);
    out.radii.proton_rms_fm = protons->rms_fm();
    return {};
}

}  // namespace

Result<NuclideFormFactors> make_form_factors(const config::Nuclear& nuclear, NuclideRadii radii,
                                             const DataFolder& folder) {
    NuclideFormFactors out;
    out.radii = std::move(radii);
    apply_radii(nuclear, out.radii);
    const bool tabulated = nuclear.form_factor() == config::TABULATED;
    if (!tabulated)
        if (auto status = apply_moments(nuclear, out.radii); !status) return status.error();
    auto neutron = model_of(nuclear, true, out.radii.r4_fm, out.radii.r6_fm);
    if (!neutron) return neutron.error();
    auto proton = model_of(nuclear, false, 0, 0);
    if (!proton) return proton.error();
    out.neutron = std::move(*neutron);
    out.proton = std::move(*proton);
    if (tabulated)
        if (auto status = apply_tables(nuclear, folder, out); !status) return status.error();
    return out;
}

}  // namespace spillgate::offline
