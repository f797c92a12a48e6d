// Where a recoil spectrum is evaluated: Gauss–Legendre points in cells of recoil energy, so that integrals
// over cells, or over any range, converge far faster than sums over a regular grid.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

class RecoilGrid {
  public:
    static constexpr std::size_t points_per_piece = 5;

    // Cells between rising edges (keV, from 0 or above), each cut into pieces at the kinks inside it, with
    // five points in each piece. Errors: CONFIG for fewer than two edges, or edges that do not rise.
    static proto::Result<RecoilGrid> make(std::span<const double> edges_kev,
                                          std::span<const double> kinks_kev = {});
    // `cells` cells from `begin` to `end`, evenly spaced in √T: fine where spectra are steep. 40 cells give
    // integrals over spectra of argon, caesium iodide and xenon to 1e-7.
    static proto::Result<RecoilGrid> to(double end_kev, std::span<const double> kinks_kev,
                                        std::size_t cells = 40, double begin_kev = 0);

    std::span<const double> recoil_kev() const {
        return recoil_kev_;
    }  // rising; everything else is in this order
    std::span<const double> weight_kev() const { return weight_kev_; }  // of the integral ∫ f dT = Σ weight·f
    std::span<const double> edges_kev() const { return edges_kev_; }
    std::size_t size() const { return recoil_kev_.size(); }
    std::size_t cells() const { return edges_kev_.size() - 1; }

    // ∫ over each cell of what has these values at the points. `out` has one entry for each cell.
    void cell_integrals(std::span<const double> values, std::span<double> out) const;
    // ∫ over any range: whole pieces, and the polynomial through the points in those that the range cuts. 0
    // outside the grid. O(size).
    double integral(std::span<const double> values, double begin_kev, double end_kev) const;
    // That polynomial's own value; 0 outside the grid.
    double interpolated(std::span<const double> values, double recoil_kev) const;

  private:
    double below(std::span<const double> values, std::size_t piece, double recoil_kev) const;

    std::vector<double> edges_kev_;
    std::vector<std::size_t> first_piece_;  // of each cell, and past the last
    std::vector<double> piece_edges_kev_;   // rising, of all pieces
    std::vector<double> recoil_kev_, weight_kev_;
};

}  // namespace spillgate::offline::cevns
