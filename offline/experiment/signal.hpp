// The CEvNS events of an experiment by size, of the prompt and the delayed neutrinos, for any radii,
// couplings and pulls.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "offline/cevns/recoil_spectrum.hpp"
#include "offline/experiment/detector_response.hpp"
#include "offline/experiment/nuclide_form_factors.hpp"

namespace spillgate::offline {

// What the signal depends on.
struct SignalPoint {
    // ⟨R²⟩^½ of the neutrons in fm, by isotope of Signal::isotopes(); ⟨R⁴⟩^¼ and ⟨R⁶⟩^⅙ for the moment
    // expansion.
    std::vector<double> neutron_rms_fm;
    double r4_fm = 0, r6_fm = 0;
    double sin2_theta_w = 0;
    ResponsePulls pulls;
};

class Signal {
  public:
    // Errors: as DataFolder; CONFIG (a material or nuclide that is not known, radii that no form factor has,
    // an unphysical response).
    static proto::Result<Signal> make(const config::Experiment& experiment, const Axes& axes,
                                      const DataFolder& folder);

    struct Isotope : NuclideRadii {
        double nuclei = 0;
    };
    std::span<const Isotope> isotopes() const { return isotopes_; }
    SignalPoint nominal() const;
    bool has_efficiency_pull() const { return channels_.front().response.has_efficiency_pull(); }
    // ⟨σ⟩ over the three flavours and all nuclei of the target, 1e-40 cm² per nucleus.
    double mean_cross_section_1e40_cm2(const SignalPoint& point) const;

    // By size bin.
    struct Projection {
        std::vector<double> prompt, delayed;
    };
    // What it is differentiated by, beyond DetectorResponse::By: the radius of one element (or of all).
    enum class By : std::size_t { NOTHING, SCALE, COMPONENT_1, COMPONENT_2, EFFICIENCY, RADIUS };

    // Memory of one thread; keeps what a change of the point leaves as it was.
    struct Scratch {
        struct Channel {
            cevns::RecoilRates rates;
            DetectorResponse::Scratch response;
            double radius = -1, r4 = -1, r6 = -1, sin2 = -1;
        };
        std::vector<Channel> channels;
        Projection room;
    };
    Scratch scratch() const;
    // False if the point has no prediction: radii that suit no form factor, an energy that does not rise with
    // recoils.
    bool prepare(const SignalPoint& point, Scratch& scratch) const;
    // Into scratch.room, after prepare(). `element`: of RADIUS, empty for all together.
    void project(By by, std::string_view element, Scratch& scratch) const;

  private:
    struct Channel {
        cevns::RecoilSpectrum spectrum;
        DetectorResponse response;
    };
    bool fold(const SignalPoint& point, std::size_t isotope, Scratch::Channel& channel) const;

    std::vector<Isotope> isotopes_;
    std::vector<Channel> channels_;  // one for each isotope
    cevns::NeutrinoFlux flux_;
    config::Nuclear nuclear_;
    std::size_t size_bins_ = 0;
};

}  // namespace spillgate::offline
