// The energy spectrum of one neutrino flavour, normalised to 1.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "offline/cevns/couplings.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// ∫ φ dE, ∫ φ/E dE, ∫ φ/E² dE over the energies above a limit: all that a recoil spectrum needs of a flux,
// since the cross section is a polynomial in 1/E.
struct EnergyMoments {
    double i0 = 0;
    double i1_per_mev = 0;
    double i2_per_mev2 = 0;
};

// A line, one of the two spectra of muon decay, or a table. Cheap to copy.
class EnergySpectrum {
  public:
    // All neutrinos at one energy.
    static EnergySpectrum line(double energy_mev);
    // Of pions, and then muons, that decay at rest (e.g. K. Scholberg, Phys. Rev. D 73 (2006) 033005): ν_μ
    // the line; ν_e 192 E²/m_μ³·(1/2 − E/m_μ); ν̄_μ 64 E²/m_μ³·(3/4 − E/m_μ); 0 ≤ E ≤ m_μ/2.
    static EnergySpectrum decay_at_rest(Flavour flavour);
    // Constant within each bin; `content` in any norm, one less than `edges_mev`. Errors: CONFIG for edges
    // that do not rise from 0 or above, negative contents, nothing in them.
    static proto::Result<EnergySpectrum> table(std::span<const double> edges_mev,
                                               std::span<const double> content);

    double density_per_mev(double energy_mev) const;  // a line has none: 0
    // Closed forms. The limit is positive, or 0 for i0 alone (the others of a table diverge there, and are
    // 0).
    EnergyMoments above(double energy_mev) const;
    double end_mev() const;  // nothing above
    double mean_mev() const;
    // ∫ φ f dE of a smooth function of the energy in MeV, to 1e-8.
    double average(const std::function<double(double)>& f) const;
    // Energies where the spectrum is not smooth: the line, the end.
    std::vector<double> kinks_mev() const;

  private:
    struct Line {
        double energy_mev = 0;
    };
    struct MuonDecay {
        bool electron_neutrino = false;
    };
    struct Bins {
        std::vector<double> edges_mev, density_per_mev;
        std::vector<EnergyMoments> above;  // of each lower edge, and 0 of the last
    };
    using Shape = std::variant<Line, MuonDecay, std::shared_ptr<const Bins>>;
    explicit EnergySpectrum(Shape shape) : shape_(std::move(shape)) {}
    Shape shape_;
};

}  // namespace spillgate::offline::cevns
