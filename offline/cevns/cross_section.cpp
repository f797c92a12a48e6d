#include "offline/cevns/cross_section.hpp"

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <fmt/format.h>

#include "offline/cevns/kinematics.hpp"

namespace spillgate::offline::cevns {

namespace {

proto::Error of(const Nuclide& nuclide, std::string_view nucleons, const proto::Error& error) {
    return proto::error(error.kind, fmt::format("{}, {}: {}", nuclide.name, nucleons, error.message));
}

}  // namespace

NuclearModel default_nuclear_model(const Nuclide& nuclide) {
    const auto helm = FormFactor::make(HelmForm{}).value();
    return {nuclide, helm, helm, nuclide.proton_radius_fm(), nuclide.neutron_radius_fm};
}

proto::Status check(const NuclearModel& model, double max_energy_mev) {
    const double mass = model.nuclide.mass_mev();
    const double q_max = momentum_transfer_per_fm(max_recoil_kev(max_energy_mev, mass), mass);
    if (const auto protons = model.proton.check(model.proton_rms_fm, q_max); !protons)
        return of(model.nuclide, "protons", protons.error());
    if (const auto neutrons = model.neutron.check(model.neutron_rms_fm, q_max); !neutrons)
        return of(model.nuclide, "neutrons", neutrons.error());
    return {};
}

double squared_amplitude(const NuclearModel& model, const Couplings& couplings, Flavour flavour,
                         double recoil_kev) {
    const double q = momentum_transfer_per_fm(recoil_kev, model.nuclide.mass_mev());
    const double f_p = model.proton.at(q, model.proton_rms_fm).value;
    const double f_n = model.neutron.at(q, model.neutron_rms_fm).value;
    const double g_p = couplings.g_p(flavour), g_n = couplings.g_n;
    const double amplitude = g_p * model.nuclide.z * f_p + g_n * model.nuclide.n() * f_n;
    const double incoherent = model.incoherent ? g_p * g_p * model.nuclide.z * (1 - f_p * f_p) +
                                                     g_n * g_n * model.nuclide.n() * (1 - f_n * f_n)
                                               : 0;
    return amplitude * amplitude + incoherent;
}

double axial_strength(const Nuclide& nuclide) {
    if (!nuclide.spin) return 0;
    const auto& spin = *nuclide.spin;
    const double difference = spin.s_p - spin.s_n;
    return axial_coupling * axial_coupling / 3 * (spin.j + 1) / spin.j * difference * difference;
}

double squared_axial_amplitude(const NuclearModel& model, double recoil_kev) {
    if (!model.axial || !model.nuclide.spin) return 0;
    const double q = momentum_transfer_per_fm(recoil_kev, model.nuclide.mass_mev());
    const bool protons = std::abs(model.nuclide.spin->s_p) > std::abs(model.nuclide.spin->s_n);
    const double f = protons ? model.proton.at(q, model.proton_rms_fm).value
                             : model.neutron.at(q, model.neutron_rms_fm).value;
    return axial_strength(model.nuclide) * f * f;
}

double differential_cross_section_cm2_per_kev(const NuclearModel& model, const Couplings& couplings,
                                              Flavour flavour, double energy_mev, double recoil_kev) {
    return averaged_differential_cm2_per_kev(model, couplings, flavour, EnergySpectrum::line(energy_mev),
                                             recoil_kev);
}

double averaged_differential_cm2_per_kev(const NuclearModel& model, const Couplings& couplings,
                                         Flavour flavour, const EnergySpectrum& spectrum, double recoil_kev) {
    const double mass = model.nuclide.mass_mev();
    if (!(recoil_kev >= 0) || recoil_kev > max_recoil_kev(spectrum.end_mev(), mass)) return 0;
    const auto allowed = kinematics(recoil_kev, mass, spectrum);
    return cross_section_scale_cm2_per_kev(mass) *
           (allowed.vector * squared_amplitude(model, couplings, flavour, recoil_kev) +
            allowed.axial * squared_axial_amplitude(model, recoil_kev));
}

double averaged_cross_section_cm2(const NuclearModel& model, const Couplings& couplings, Flavour flavour,
                                  const EnergySpectrum& spectrum) {
    const double end_kev = max_recoil_kev(spectrum.end_mev(), model.nuclide.mass_mev());
    // In T = u², in which the flux is smooth down to 0.
    const auto integrand = [&](double u) {
        return 2 * u * averaged_differential_cm2_per_kev(model, couplings, flavour, spectrum, u * u);
    };
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, 0.0, std::sqrt(end_kev),
                                                                         12, 1e-9);
}

}  // namespace spillgate::offline::cevns
