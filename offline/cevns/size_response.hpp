// From electron-equivalent energies to bins of reconstructed size: a table that does not depend on quenching,
// so that a pull on quenching only moves the point at which it is read.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "offline/cevns/quenching.hpp"
#include "offline/cevns/size_resolution.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// Rows of a response for a list of recoils, by recoil and then bin: the probability to be seen in the bin,
// and its derivative with respect to E_ee (per keV).
struct ResponseRows {
    std::vector<double> probability, slope_per_kev;
};

// G[bin](E_ee): the probability that a recoil is seen in a bin, efficiency included. Tabulated at points
// evenly spaced in √E_ee and joined by a cubic spline: to 1e-6 and continuous up to the second derivative.
// Constant after make().
class SizeResponse {
  public:
    // Bins [edge, next edge) of size; energies from 0 to `ee_end_kev`. Errors: CONFIG for edges that do not
    // rise, parameters that are not allowed (check(SizeResolution)), probabilities that are negative or
    // exceed 1.
    static proto::Result<SizeResponse> make(const SizeResolution& resolution, const Efficiency& efficiency,
                                            std::span<const double> bin_edges, double ee_end_kev);

    std::size_t bins() const { return bins_; }
    double ee_end_kev() const { return ee_end_kev_; }

    // The row at an energy (one beyond the range is taken at its end). Both spans have one entry for each
    // bin.
    void row(double ee_kev, std::span<double> probability, std::span<double> slope_per_kev) const;

    ResponseRows room(std::size_t recoils) const;
    // The rows of a list of recoils; allocates nothing. Errors: CONFIG if one is outside the table's range,
    // or if `out` is not for as many.
    proto::Status rows(std::span<const ElectronEquivalent> recoils, ResponseRows& out) const;

  private:
    std::size_t bins_ = 0;
    double ee_end_kev_ = 0;
    double step_root_kev_ = 0;
    std::vector<double> value_, slope_;  // by point, then bin; slopes per √keV
};

// Σ over recoils of counts × probability (or slope) into bins: `rows` is either array of ResponseRows.
void fold_into_bins(std::span<const double> rows, std::span<const double> counts, std::span<double> bins);

}  // namespace spillgate::offline::cevns
