#include "offline/cevns/recoil_spectrum.hpp"

#include <cmath>

#include <fmt/format.h>

#include "offline/cevns/kinematics.hpp"

namespace spillgate::offline::cevns {

std::vector<double> recoil_kinks_kev(const Nuclide& nuclide, const NeutrinoFlux& flux) {
    std::vector<double> kinks;
    for (const double energy : flux.kinks_mev())
        kinks.push_back(max_recoil_kev(energy, nuclide.mass_mev()));
    return kinks;
}

proto::Result<RecoilSpectrum> RecoilSpectrum::make(NuclearModel model, const NeutrinoFlux& flux,
                                                   double exposure_per_cm2, double begin_kev) {
    auto grid = RecoilGrid::to(max_recoil_kev(flux.end_mev(), model.nuclide.mass_mev()),
                               recoil_kinks_kev(model.nuclide, flux), 40, begin_kev);
    if (!grid) return grid.error();
    return make(std::move(model), flux, *std::move(grid), exposure_per_cm2);
}

proto::Result<RecoilSpectrum> RecoilSpectrum::make(NuclearModel model, const NeutrinoFlux& flux,
                                                   RecoilGrid grid, double exposure_per_cm2) {
    if (const auto ok = check(model, flux.end_mev()); !ok) return ok.error();
    if (!(exposure_per_cm2 > 0) || !std::isfinite(exposure_per_cm2))
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("an exposure of {} nuclei·neutrinos/cm²; it must be positive", exposure_per_cm2));
    RecoilSpectrum out(std::move(model), std::move(grid));
    const double mass = out.model_.nuclide.mass_mev();
    const double scale = exposure_per_cm2 * cross_section_scale_cm2_per_kev(mass);
    for (const double recoil : out.grid_.recoil_kev()) {
        out.q_per_fm_.push_back(cevns::momentum_transfer_per_fm(recoil, mass));
        out.proton_form_.push_back(
            out.model_.proton.at(out.q_per_fm_.back(), out.model_.proton_rms_fm).value);
        const double axial = squared_axial_amplitude(out.model_, recoil);
        for (std::size_t f = 0; f < flavours; ++f) {
            const auto& spectrum = flux[static_cast<Flavour>(f)];
            const bool possible = recoil <= max_recoil_kev(spectrum.end_mev(), mass);
            const auto allowed = possible ? kinematics(recoil, mass, spectrum) : Kinematics{};
            out.vector_per_kev_[f].push_back(scale * allowed.vector);
            out.axial_per_kev_[f].push_back(scale * allowed.axial * axial);
        }
    }
    return out;
}

RecoilRates RecoilSpectrum::room() const {
    const std::vector<double> zeros(grid_.size(), 0.0);
    RecoilRates rates;
    for (std::size_t f = 0; f < flavours; ++f)
        rates.per_kev[f] = rates.derivative[f] = zeros;
    rates.delayed_per_kev = rates.delayed_derivative = zeros;
    rates.neutron.resize(grid_.size());
    return rates;
}

proto::Status RecoilSpectrum::evaluate(const Couplings& couplings, double neutron_rms_fm,
                                       RecoilRates& out) const {
    if (const auto ok = model_.neutron.check(neutron_rms_fm, q_per_fm_.back()); !ok) return ok;
    model_.neutron.fill(q_per_fm_, neutron_rms_fm, out.neutron);
    fold(couplings, out);
    return {};
}

void RecoilSpectrum::fold(const Couplings& couplings, RecoilRates& out) const {
    const double z = model_.nuclide.z, n = model_.nuclide.n(), g_n = couplings.g_n;
    for (std::size_t f = 0; f < flavours; ++f) {
        const double g_p = couplings.g_p(static_cast<Flavour>(f));
        for (std::size_t i = 0; i < q_per_fm_.size(); ++i) {
            const double f_p = proton_form_[i], f_n = out.neutron[i].value;
            const double amplitude = g_p * z * f_p + g_n * n * f_n;
            double squared = amplitude * amplitude;
            double by_neutrons = 2 * amplitude * g_n * n;
            if (model_.incoherent) {
                squared += g_p * g_p * z * (1 - f_p * f_p) + g_n * g_n * n * (1 - f_n * f_n);
                by_neutrons -= 2 * g_n * g_n * n * f_n;
            }
            out.per_kev[f][i] = vector_per_kev_[f][i] * squared + axial_per_kev_[f][i];
            out.derivative[f][i] = vector_per_kev_[f][i] * by_neutrons * out.neutron[i].derivative_per_fm;
        }
    }
    constexpr auto electron = static_cast<std::size_t>(Flavour::NU_E);
    constexpr auto muon = static_cast<std::size_t>(Flavour::ANTI_NU_MU);
    for (std::size_t i = 0; i < q_per_fm_.size(); ++i) {
        out.delayed_per_kev[i] = out.per_kev[electron][i] + out.per_kev[muon][i];
        out.delayed_derivative[i] = out.derivative[electron][i] + out.derivative[muon][i];
    }
}

}  // namespace spillgate::offline::cevns
