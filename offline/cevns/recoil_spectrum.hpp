// The recoil spectrum of one isotope at a source, made for fits: what the flux and kinematics give does not
// depend on radii or couplings and is computed once.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "offline/cevns/cross_section.hpp"
#include "offline/cevns/neutrino_flux.hpp"
#include "offline/cevns/recoil_grid.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// dN/dT of each flavour at a grid's points, in recoils per keV, and its derivative with respect to R_n (or to
// whatever else the neutrons' form factor was differentiated by). Made by RecoilSpectrum::room() and written
// again and again.
struct RecoilRates {
    std::array<std::vector<double>, flavours> per_kev;
    std::array<std::vector<double>, flavours> derivative;
    // The two classes of arrival times: ν_μ are prompt (per_kev[NU_MU]); ν_e and ν̄_μ together are delayed.
    std::vector<double> delayed_per_kev, delayed_derivative;
    std::vector<FormFactorValue> neutron;  // of each point: what they were made with

    std::span<const double> of(Flavour flavour) const { return per_kev[static_cast<std::size_t>(flavour)]; }
    std::span<const double> derivative_of(Flavour flavour) const {
        return derivative[static_cast<std::size_t>(flavour)];
    }
};

// Constant after make(): several threads may share one, each with rates of its own.
class RecoilSpectrum {
  public:
    // `exposure_per_cm2`: nuclei × neutrinos of each flavour per cm²; 1 gives ⟨dσ/dT⟩ in cm²/keV. Errors:
    // CONFIG for radii that do not suit their form factors (check(NuclearModel)), an exposure that is not
    // positive.
    static proto::Result<RecoilSpectrum> make(NuclearModel model, const NeutrinoFlux& flux, RecoilGrid grid,
                                              double exposure_per_cm2 = 1);
    // On a grid of its own, from `begin` up to where recoils end.
    static proto::Result<RecoilSpectrum> make(NuclearModel model, const NeutrinoFlux& flux,
                                              double exposure_per_cm2 = 1, double begin_kev = 0);

    RecoilRates room() const;
    // A(T)·{[g_p Z F_p + g_n N F_n(R_n)]² + …} for each flavour; allocates nothing. The axial part keeps the
    // radius of the model. Errors: CONFIG for a radius that does not suit the neutrons' form factor.
    proto::Status evaluate(const Couplings& couplings, double neutron_rms_fm, RecoilRates& out) const;
    // The same from the neutrons' form factor at momentum_transfer_per_fm(), which the caller wrote to
    // out.neutron: with other moments, say, and with its derivative by what is to be fitted.
    void fold(const Couplings& couplings, RecoilRates& out) const;

    const RecoilGrid& grid() const { return grid_; }
    std::span<const double> momentum_transfer_per_fm() const { return q_per_fm_; }
    const NuclearModel& model() const { return model_; }

  private:
    RecoilSpectrum(NuclearModel model, RecoilGrid grid) : model_(std::move(model)), grid_(std::move(grid)) {}

    NuclearModel model_;
    RecoilGrid grid_;
    std::vector<double> q_per_fm_;
    std::vector<double> proton_form_;
    // By flavour and point: exposure × G_F² M/π × kinematics, of the vector part and with the axial
    // amplitude.
    std::array<std::vector<double>, flavours> vector_per_kev_, axial_per_kev_;
};

// The recoil energies at which a flux makes spectra of this nucleus bend.
std::vector<double> recoil_kinks_kev(const Nuclide& nuclide, const NeutrinoFlux& flux);

}  // namespace spillgate::offline::cevns
