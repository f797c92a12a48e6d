// Confidence regions of two parameters: Δχ² on a grid, all other free parameters minimised anew at each
// point, and the lines of equal Δχ² in it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "offline/fit/marching_squares.hpp"
#include "offline/fit/minimise.hpp"
#include "offline/fit/parallel.hpp"

namespace spillgate::offline::fit {

// Δχ² of two parameters for 1, 2 and 3 σ: 68.27, 95.45 and 99.73 % (R. L. Workman et al., PTEP 2022, 083C01,
// table 40.2).
inline constexpr std::array<double, 3> sigma_levels{2.30, 6.18, 11.83};

struct Contour {
    double level = 0;  // Δχ²
    std::vector<Polygon> polygons;
};

struct ContourMap {
    std::size_t x_parameter = 0, y_parameter = 0;
    std::vector<double> x, y;        // the grid
    std::vector<double> delta_chi2;  // [x.size() × y.size()], y fastest; NaN: no fit there
    std::uint64_t missing = 0;       // points whose fit did not converge, or that were not reached
    bool below_best_fit = false;     // a point is lower than the best fit by more than 10⁻³, which is none
    bool interrupted = false;

    // Closed lines, interpolated in √Δχ². Points without Δχ² count as outside.
    Contour contour(double level) const;
};

// Goes from the best fit outwards along x, and from each x outwards along y, several x at a time; starts
// depend on the grid alone, so the numbers do not on the threads. Errors REFUSED: as profile(), for both
// parameters; the same one twice; axes that do not ascend or have fewer than two values.
proto::Result<ContourMap> contour_map(const Likelihood& likelihood, const Minimum& best,
                                      std::size_t x_parameter, std::span<const double> x,
                                      std::size_t y_parameter, std::span<const double> y,
                                      const ParallelOptions& parallel = {},
                                      const MinimiserOptions& options = {});

}  // namespace spillgate::offline::fit
