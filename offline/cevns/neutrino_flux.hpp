// How many neutrinos of which energy come from a spallation target: spectra, intensity, and tables that
// replace them.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "offline/cevns/energy_spectrum.hpp"
#include "offline/cevns/text_table.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// The spectra of the three flavours; index by Flavour.
class NeutrinoFlux {
  public:
    // Pions that decay at rest.
    NeutrinoFlux();
    const EnergySpectrum& operator[](Flavour flavour) const {
        return spectra_[static_cast<std::size_t>(flavour)];
    }
    void replace(Flavour flavour, EnergySpectrum spectrum);
    // The highest energy of any flavour.
    double end_mev() const;
    // Where the flux of any flavour is not smooth, rising.
    std::vector<double> kinks_mev() const;

  private:
    std::array<EnergySpectrum, flavours> spectra_;
};

// The neutrinos of each flavour that one proton makes, seen from a distance: all three come in equal numbers.
struct SourceIntensity {
    double neutrinos_per_flavour_per_proton = 0;
    double distance_m = 0;

    // Errors: CONFIG for a yield or distance that is not positive.
    proto::Status check() const;
    // 1/(4πL²) times the yield: neutrinos of one flavour through each cm², for each proton.
    double per_proton_per_cm2() const;
    double per_cm2(double protons) const { return protons * per_proton_per_cm2(); }
};

// Protons per second of a beam of this current.
double protons_per_second(double current_ua);
// Protons of this kinetic energy that make up an amount of beam energy.
double protons_of_beam_energy(double energy_gwh, double proton_energy_gev);

// A table in energy × time of one flavour: what a simulation of the target gives.
class FluxTable {
  public:
    // Three columns (energy in MeV, time in ns, content) on a full grid of bin centres in any order, evenly
    // spaced in both. Errors: CONFIG if they are not, or if a content is negative.
    static proto::Result<FluxTable> from_columns(const TextTable& table);

    const std::vector<double>& energy_edges_mev() const { return energy_edges_mev_; }
    const std::vector<double>& time_edges_ns() const { return time_edges_ns_; }
    // The spectrum of what comes in a range of time bins (`end` is not in it). Errors: CONFIG if nothing
    // does.
    proto::Result<EnergySpectrum> energy_spectrum(std::size_t begin_bin, std::size_t end_bin) const;
    // Over all times.
    proto::Result<EnergySpectrum> energy_spectrum() const {
        return energy_spectrum(0, time_edges_ns_.size() - 1);
    }
    // Contents of the time bins, summed over energy.
    std::vector<double> time_contents() const;

  private:
    std::vector<double> energy_edges_mev_, time_edges_ns_;
    std::vector<double> contents_;  // by time, then energy
};

// The edges of bins whose evenly spaced centres are given; at least two. Errors: CONFIG if they are not
// evenly spaced (to 1 % of a bin).
proto::Result<std::vector<double>> edges_of_centres(std::span<const double> centres);
// Two columns (bin centre in MeV, content).
proto::Result<EnergySpectrum> energy_spectrum_from_columns(const TextTable& table);

}  // namespace spillgate::offline::cevns
