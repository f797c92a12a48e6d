#include "offline/cevns/neutrino_flux.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

std::vector<double> distinct(std::vector<double> values) {
    std::ranges::sort(values);
    const auto rest = std::ranges::unique(values);
    values.erase(rest.begin(), rest.end());
    return values;
}

std::size_t index_of(const std::vector<double>& sorted, double value) {
    return static_cast<std::size_t>(std::ranges::lower_bound(sorted, value) - sorted.begin());
}

}  // namespace

NeutrinoFlux::NeutrinoFlux()
    : spectra_{EnergySpectrum::decay_at_rest(Flavour::NU_MU), EnergySpectrum::decay_at_rest(Flavour::NU_E),
               EnergySpectrum::decay_at_rest(Flavour::ANTI_NU_MU)} {}

void NeutrinoFlux::replace(Flavour flavour, EnergySpectrum spectrum) {
    spectra_[static_cast<std::size_t>(flavour)] = std::move(spectrum);
}

double NeutrinoFlux::end_mev() const {
    return kinks_mev().back();
}

std::vector<double> NeutrinoFlux::kinks_mev() const {
    std::vector<double> kinks;
    for (const auto& spectrum : spectra_)
        for (const double kink : spectrum.kinks_mev())
            kinks.push_back(kink);
    return distinct(std::move(kinks));
}

proto::Status SourceIntensity::check() const {
    if (!(neutrinos_per_flavour_per_proton > 0) || !std::isfinite(neutrinos_per_flavour_per_proton))
        return refused(fmt::format("{} neutrinos per flavour and proton; it must be positive",
                                   neutrinos_per_flavour_per_proton));
    if (!(distance_m > 0) || !std::isfinite(distance_m))
        return refused(fmt::format("a distance of {} m to the source; it must be positive", distance_m));
    return {};
}

double SourceIntensity::per_proton_per_cm2() const {
    const double distance_cm = distance_m * cm_per_m;
    return neutrinos_per_flavour_per_proton / (4 * pi * distance_cm * distance_cm);
}

double protons_per_second(double current_ua) {
    return current_ua * 1e-6 / elementary_charge_c;
}

double protons_of_beam_energy(double energy_gwh, double proton_energy_gev) {
    return energy_gwh * 3600 / (proton_energy_gev * elementary_charge_c);
}

proto::Result<std::vector<double>> edges_of_centres(std::span<const double> centres) {
    if (centres.size() < 2) return refused("a table of bins needs at least two");
    const double width = (centres.back() - centres.front()) / static_cast<double>(centres.size() - 1);
    if (!(width > 0)) return refused("the bins of a table must rise");
    std::vector<double> edges;
    for (std::size_t i = 0; i <= centres.size(); ++i) {
        edges.push_back(centres.front() + (static_cast<double>(i) - 0.5) * width);
        if (i < centres.size() && std::abs(centres[i] - edges.back() - 0.5 * width) > 0.01 * width)
            return refused(
                fmt::format("the bins of a table must be evenly spaced; number {} is at {}, not {}", i,
                            centres[i], edges.back() + 0.5 * width));
    }
    // What rounding has left of a first edge at 0.
    if (std::abs(edges.front()) < 1e-6 * width) edges.front() = 0;
    return edges;
}

proto::Result<EnergySpectrum> energy_spectrum_from_columns(const TextTable& table) {
    const auto edges = edges_of_centres(table.columns.at(0));
    if (!edges) return edges.error();
    return EnergySpectrum::table(*edges, table.columns.at(1));
}

proto::Result<FluxTable> FluxTable::from_columns(const TextTable& table) {
    const auto& energy = table.columns.at(0);
    const auto& time = table.columns.at(1);
    const auto& content = table.columns.at(2);
    const auto energies = distinct(energy), times = distinct(time);
    if (energies.size() * times.size() != table.rows())
        return refused(fmt::format("a flux table of {} energies and {} times has {} rows, not {}",
                                   energies.size(), times.size(), table.rows(),
                                   energies.size() * times.size()));
    auto energy_edges = edges_of_centres(energies), time_edges = edges_of_centres(times);
    if (!energy_edges) return energy_edges.error();
    if (!time_edges) return time_edges.error();
    FluxTable flux;
    flux.energy_edges_mev_ = *std::move(energy_edges);
    flux.time_edges_ns_ = *std::move(time_edges);
    flux.contents_.assign(table.rows(), -1);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (!(content[row] >= 0))
            return refused(
                fmt::format("a flux table has a content of {}; it must not be negative", content[row]));
        flux.contents_[index_of(times, time[row]) * energies.size() + index_of(energies, energy[row])] =
            content[row];
    }
    if (std::ranges::any_of(flux.contents_, [](double c) { return c < 0; }))
        return refused("a flux table names an energy and time twice, and another never");
    return flux;
}

proto::Result<EnergySpectrum> FluxTable::energy_spectrum(std::size_t begin_bin, std::size_t end_bin) const {
    const std::size_t energies = energy_edges_mev_.size() - 1;
    std::vector<double> sums(energies, 0.0);
    for (std::size_t t = begin_bin; t < std::min(end_bin, time_edges_ns_.size() - 1); ++t)
        for (std::size_t e = 0; e < energies; ++e)
            sums[e] += contents_[t * energies + e];
    return EnergySpectrum::table(energy_edges_mev_, sums);
}

std::vector<double> FluxTable::time_contents() const {
    const std::size_t energies = energy_edges_mev_.size() - 1;
    std::vector<double> sums(time_edges_ns_.size() - 1, 0.0);
    for (std::size_t i = 0; i < contents_.size(); ++i)
        sums[i / energies] += contents_[i];
    return sums;
}

}  // namespace spillgate::offline::cevns
