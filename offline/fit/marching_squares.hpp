// Lines of equal height on a grid, as closed polygons (W. Lorensen and H. Cline's cubes, in two dimensions).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace spillgate::offline::fit {

struct ContourPoint {
    double x = 0, y = 0;
    bool operator==(const ContourPoint&) const = default;
};

struct Polygon {
    std::vector<ContourPoint> points;  // the last one joins the first, which is not repeated
    bool cut = false;                  // runs along the grid's edge in part: the region goes on beyond it
};

// The borders of the regions with height < level; heights[ix × y.size() + iy] at (x[ix], y[iy]), both
// ascending, two of each at least. Linear between grid points. A region that reaches the grid's edge is
// closed along it; at a saddle the lower regions are kept apart. Heights that are NaN are taken to be above
// every level. O(cells).
std::vector<Polygon> lines_of_height(std::span<const double> x, std::span<const double> y,
                                     std::span<const double> heights, double level);

}  // namespace spillgate::offline::fit
