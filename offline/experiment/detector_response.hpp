// From recoils of one isotope to counts in bins of size: quenching, spread and efficiency, each with its
// pulls.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "offline/cevns/quenching.hpp"
#include "offline/cevns/recoil_grid.hpp"
#include "offline/cevns/size_response.hpp"
#include "offline/experiment/axes.hpp"
#include "offline/experiment/data_folder.hpp"

namespace spillgate::offline {

struct ResponsePulls {
    cevns::QuenchingPulls quenching;
    double efficiency = 0;  // of the curve, in standard deviations
};

// How one recoil's energy is spread over size bins, at each point of a grid.
struct ResponseMatrix {
    // By point and then bin: the probability, and its derivatives by the pulls.
    std::vector<double> probability, by_scale, by_efficiency;
    std::array<std::vector<double>, 2> by_component;
};

class DetectorResponse {
  public:
    // For recoils up to `end_kev` of a nuclide. Errors: as DataFolder; CONFIG (unphysical curves).
    static proto::Result<DetectorResponse> make(const config::Experiment& experiment, const Axes& axes,
                                                const cevns::Nuclide& nuclide, double end_kev,
                                                const DataFolder& folder);

    // What the pulls make of a grid's points: made anew when a pull moves, kept otherwise. For a size without
    // spread the matrix holds edges instead.
    class Scratch {
      public:
        friend class DetectorResponse;

      private:
        std::optional<ResponsePulls> made_for_;
        std::vector<cevns::ElectronEquivalent> electron_equivalent_;
        std::array<cevns::ResponseRows, 3> rows_;  // efficiency nominal, +1σ, −1σ
        ResponseMatrix matrix_;
        std::vector<double> recoil_edges_kev_;  // without spread
        std::vector<cevns::ElectronEquivalent> at_edges_;
    };
    Scratch scratch(const cevns::RecoilGrid& grid) const;
    // False if the pulls give no prediction: an energy that does not rise with the recoil's.
    bool prepare(const ResponsePulls& pulls, const cevns::RecoilGrid& grid, Scratch& scratch) const;

    enum class By : std::size_t { NOTHING, SCALE, COMPONENT_1, COMPONENT_2, EFFICIENCY };
    // Adds ∫ dN/dT × probability (or its derivative) to `bins`; `per_kev` at the grid's points. After
    // prepare().
    void add(std::span<const double> per_kev, const cevns::RecoilGrid& grid, const Scratch& scratch, By by,
             std::span<double> bins) const;

    bool has_efficiency_pull() const { return responses_.size() == 3; }

  private:
    DetectorResponse(cevns::Quenching quenching, std::vector<double> edges)
        : quenching_(quenching), edges_(std::move(edges)) {}
    bool is_sharp() const { return responses_.empty(); }
    bool prepare_sharp(const ResponsePulls& pulls, Scratch& scratch) const;
    void add_sharp(std::span<const double> per_kev, const cevns::RecoilGrid& grid, const Scratch& scratch,
                   By by, std::span<double> bins) const;
    std::span<const double> rows_of(const Scratch& scratch, By by) const;

    cevns::Quenching quenching_;
    std::vector<double> edges_;  // of size
    std::vector<cevns::SizeResponse>
        responses_;  // none: without spread; nominal; nominal, +1σ, −1σ of the efficiency
    std::vector<double> sharp_efficiency_;  // of each bin, without spread
};

}  // namespace spillgate::offline
