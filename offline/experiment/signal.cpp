#include "offline/experiment/signal.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/experiment/element.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

cevns::Couplings couplings_of(const config::Nuclear& nuclear, double sin2) {
    return nuclear.couplings() == config::TREE_LEVEL ? cevns::tree_couplings(sin2)
                                                     : cevns::corrected_couplings(sin2);
}

Result<cevns::NeutrinoFlux> flux_of(const config::NeutrinoSource& source, const DataFolder& folder) {
    cevns::NeutrinoFlux flux;
    if (!source.has_energy_tables()) return flux;
    const auto& tables = source.energy_tables();
    for (const auto& [flavour, table] :
         {std::pair{cevns::Flavour::NU_MU, &tables.nu_mu()}, std::pair{cevns::Flavour::NU_E, &tables.nu_e()},
          std::pair{cevns::Flavour::ANTI_NU_MU, &tables.anti_nu_mu()}}) {
        const auto path = folder.find(table->file());
        if (!path) return path.error();
        const auto text = cevns::read_text_table(*path, 2);
        if (!text) return text.error();
        auto spectrum = cevns::energy_spectrum_from_columns(*text);
        if (!spectrum)
            return error(spectrum.error().kind, fmt::format("{}: {}", *path, spectrum.error().message));
        flux.replace(flavour, std::move(*spectrum));
    }
    return flux;
}

// What is given for a nuclide or element that is not in the target is a mistake.
proto::Status check_nuclides(const config::Experiment& experiment,
                             const std::vector<cevns::TargetNuclide>& target) {
    const auto in_target = [&](const std::string& name) {
        return std::ranges::any_of(target, [&](const auto& part) {
            return name == part.nuclide.name || name == element_of(part.nuclide.name);
        });
    };
    const auto refused = [&](std::string_view what, const std::string& name) {
        return error(ErrorKind::CONFIG, fmt::format("{} is given for {}, which is not in {}", what, name,
                                                    experiment.target().material()));
    };
    for (const auto& radius : experiment.nuclear().radius())
        if (!in_target(radius.nuclide())) return refused("a radius", radius.nuclide());
    for (const auto& table : experiment.nuclear().table())
        if (!in_target(table.nuclide())) return refused("a table", table.nuclide());
    for (const auto& own : experiment.quenching().element())
        if (own.element() != element_of(own.element()) || !in_target(own.element()))
            return refused("an element's quenching", own.element());
    return {};
}

}  // namespace

Result<Signal> Signal::make(const config::Experiment& experiment, const Axes& axes,
                            const DataFolder& folder) {
    Signal signal;
    signal.nuclear_ = experiment.nuclear();
    signal.size_bins_ = axes.size.bins();
    const auto flux = flux_of(experiment.source(), folder);
    if (!flux) return flux.error();
    signal.flux_ = *flux;
    const cevns::SourceIntensity intensity{experiment.source().neutrinos_per_flavour_per_pot(),
                                           experiment.source().distance_m()};
    if (auto status = intensity.check(); !status) return status.error();
    const auto material = cevns::find_material(experiment.target().material());
    if (!material) return error(ErrorKind::CONFIG, material.error().message);
    const auto target = cevns::target_nuclides(*material, experiment.target().mass_kg());
    if (!target) return target.error();
    if (auto status = check_nuclides(experiment, *target); !status) return status.error();
    const auto& nuclear = experiment.nuclear();
    for (const auto& [nuclide, nuclei] : *target) {
        auto forms = make_form_factors(nuclear,
                                       {std::string(nuclide.name), element_of(nuclide.name),
                                        nuclide.neutron_radius_fm, nuclide.proton_radius_fm(), 0, 0},
                                       folder);
        if (!forms) return forms.error();
        Isotope isotope{std::move(forms->radii), nuclei};
        cevns::NuclearModel model{nuclide,
                                  std::move(forms->proton),
                                  std::move(forms->neutron),
                                  isotope.proton_rms_fm,
                                  isotope.neutron_rms_fm,
                                  signal.nuclear_.axial(),
                                  signal.nuclear_.incoherent()};
        auto spectrum = cevns::RecoilSpectrum::make(std::move(model), *flux,
                                                    nuclei * intensity.per_cm2(experiment.source().pot()));
        if (!spectrum) return spectrum.error();
        const double end_kev = spectrum->grid().edges_kev().back();
        auto response = DetectorResponse::make(experiment, axes, nuclide, end_kev, folder);
        if (!response) return response.error();
        signal.isotopes_.push_back(std::move(isotope));
        signal.channels_.push_back({std::move(*spectrum), std::move(*response)});
    }
    return signal;
}

SignalPoint Signal::nominal() const {
    SignalPoint point;
    for (const auto& isotope : isotopes_)
        point.neutron_rms_fm.push_back(isotope.neutron_rms_fm);
    point.r4_fm = isotopes_.front().r4_fm;
    point.r6_fm = isotopes_.front().r6_fm;
    point.sin2_theta_w = nuclear_.sin2_theta_w();
    return point;
}

double Signal::mean_cross_section_1e40_cm2(const SignalPoint& point) const {
    const auto couplings = couplings_of(nuclear_, point.sin2_theta_w);
    double sum = 0, nuclei = 0;
    for (std::size_t i = 0; i < isotopes_.size(); ++i) {
        auto model = channels_[i].spectrum.model();
        model.neutron_rms_fm = point.neutron_rms_fm[i];
        for (const auto flavour : {cevns::Flavour::NU_MU, cevns::Flavour::NU_E, cevns::Flavour::ANTI_NU_MU})
            sum += isotopes_[i].nuclei / 3 *
                   cevns::averaged_cross_section_cm2(model, couplings, flavour, flux_[flavour]);
        nuclei += isotopes_[i].nuclei;
    }
    return sum / nuclei * 1e40;
}

Signal::Scratch Signal::scratch() const {
    Scratch scratch;
    for (const auto& channel : channels_) {
        auto& room = scratch.channels.emplace_back();
        room.rates = channel.spectrum.room();
        room.response = channel.response.scratch(channel.spectrum.grid());
    }
    scratch.room.prompt.resize(size_bins_);
    scratch.room.delayed.resize(size_bins_);
    return scratch;
}

// The moments of the neutrons' density stand by themselves: F = 1 − R²q²/6 + R4⁴q⁴/120 − R6⁶q⁶/5040.
bool Signal::fold(const SignalPoint& point, std::size_t isotope, Scratch::Channel& channel) const {
    const auto& spectrum = channels_[isotope].spectrum;
    const auto couplings = couplings_of(nuclear_, point.sin2_theta_w);
    const double radius = point.neutron_rms_fm[isotope];
    if (nuclear_.form_factor() != config::MOMENTS)
        return spectrum.evaluate(couplings, radius, channel.rates).has_value();
    const double r4 = std::pow(point.r4_fm, 4), r6 = std::pow(point.r6_fm, 6);
    const auto q = spectrum.momentum_transfer_per_fm();
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double q2 = q[i] * q[i];
        channel.rates.neutron[i] = {
            1 - radius * radius * q2 / 6 + r4 * q2 * q2 / 120 - r6 * q2 * q2 * q2 / 5040, -radius * q2 / 3};
    }
    spectrum.fold(couplings, channel.rates);
    return true;
}

bool Signal::prepare(const SignalPoint& point, Scratch& scratch) const {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        auto& channel = scratch.channels[i];
        const double radius = point.neutron_rms_fm[i];
        if (channel.radius != radius || channel.r4 != point.r4_fm || channel.r6 != point.r6_fm ||
            channel.sin2 != point.sin2_theta_w) {
            channel.radius = -1;
            if (!fold(point, i, channel)) return false;
            channel.radius = radius;
            channel.r4 = point.r4_fm;
            channel.r6 = point.r6_fm;
            channel.sin2 = point.sin2_theta_w;
        }
        if (!channels_[i].response.prepare(point.pulls, channels_[i].spectrum.grid(), channel.response))
            return false;
    }
    return true;
}

void Signal::project(By by, std::string_view element, Scratch& scratch) const {
    auto& [prompt, delayed] = scratch.room;
    std::ranges::fill(prompt, 0);
    std::ranges::fill(delayed, 0);
    const bool radius = by == By::RADIUS;
    const auto response_by = radius ? DetectorResponse::By::NOTHING
                                    : static_cast<DetectorResponse::By>(static_cast<std::size_t>(by));
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        if (radius && !element.empty() && isotopes_[i].element != element) continue;
        const auto& [spectrum, response] = channels_[i];
        const auto& channel = scratch.channels[i];
        const auto& rates = channel.rates;
        const auto prompt_rates =
            radius ? rates.derivative_of(cevns::Flavour::NU_MU) : rates.of(cevns::Flavour::NU_MU);
        const auto& delayed_rates = radius ? rates.delayed_derivative : rates.delayed_per_kev;
        response.add(prompt_rates, spectrum.grid(), channel.response, response_by, prompt);
        response.add(delayed_rates, spectrum.grid(), channel.response, response_by, delayed);
    }
}

}  // namespace spillgate::offline
