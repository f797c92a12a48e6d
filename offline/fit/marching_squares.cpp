#include "offline/fit/marching_squares.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace spillgate::offline::fit {

namespace {

constexpr double high_ground = std::numeric_limits<double>::infinity();

// An edge between two grid points: from (ix, iy) to the right or upwards. The grid has a frame of high ground
// around it, so that every line is closed.
struct Edge {
    int ix = 0, iy = 0;
    bool upwards = false;
    auto operator<=>(const Edge&) const = default;
};

class Tracer {
  public:
    Tracer(std::span<const double> x, std::span<const double> y, std::span<const double> heights,
           double level)
        : x_(x), y_(y), heights_(heights), level_(level) {
        for (int ix = -1; ix < nx(); ++ix)
            for (int iy = -1; iy < ny(); ++iy)
                add_cell(ix, iy);
    }

    std::vector<Polygon> trace() {
        std::vector<Polygon> polygons;
        while (!next_.empty()) {
            Polygon polygon;
            auto it = next_.begin();
            while (it != next_.end()) {
                add_point(polygon, it->first);
                const Edge onwards = it->second;
                next_.erase(it);
                it = next_.find(onwards);
            }
            if (polygon.points.size() > 2) polygons.push_back(std::move(polygon));
        }
        return polygons;
    }

  private:
    int nx() const { return static_cast<int>(x_.size()); }
    int ny() const { return static_cast<int>(y_.size()); }
    bool in_frame(int ix, int iy) const { return ix < 0 || iy < 0 || ix >= nx() || iy >= ny(); }

    double height(int ix, int iy) const {
        if (in_frame(ix, iy)) return high_ground;
        const double h = heights_[static_cast<std::size_t>(ix) * y_.size() + static_cast<std::size_t>(iy)];
        return std::isnan(h) ? high_ground : h;
    }
    bool low(int ix, int iy) const { return height(ix, iy) < level_; }

    // Lines of this cell, each from the edge where it enters to that where it leaves, low ground on its left.
    // Corners are taken against the clock from the lower left one, edge k lies between corners k and k + 1.
    void add_cell(int ix, int iy) {
        const std::array<Edge, 4> edges{Edge{ix, iy, false}, Edge{ix + 1, iy, true}, Edge{ix, iy + 1, false},
                                        Edge{ix, iy, true}};
        const std::array<bool, 4> corner{low(ix, iy), low(ix + 1, iy), low(ix + 1, iy + 1), low(ix, iy + 1)};
        for (int k = 0; k < 4; ++k) {
            // The line enters where the ground rises, seen along the cell's border.
            if (!corner[k] || corner[(k + 1) % 4]) continue;
            // And leaves at the border's edge before this low stretch.
            int back = k;
            while (corner[(back + 3) % 4])
                back = (back + 3) % 4;
            next_[edges[k]] = edges[(back + 3) % 4];
        }
    }

    void add_point(Polygon& polygon, const Edge& edge) const {
        int ax = edge.ix, ay = edge.iy;
        int bx = edge.ix + (edge.upwards ? 0 : 1), by = edge.iy + (edge.upwards ? 1 : 0);
        if (!low(ax, ay)) {
            std::swap(ax, bx);
            std::swap(ay, by);
        }
        // From low to high ground.
        const double from = height(ax, ay);
        const double to = height(bx, by);
        const bool cut = std::isinf(to);
        if (in_frame(bx, by)) polygon.cut = true;
        const double share = cut ? 0 : (level_ - from) / (to - from);
        const auto between = [share](std::span<const double> axis, int a, int b) {
            const double start = axis[static_cast<std::size_t>(a)];
            if (share == 0) return start;
            return start + share * (axis[static_cast<std::size_t>(b)] - start);
        };
        const ContourPoint point{between(x_, ax, bx), between(y_, ay, by)};
        // A corner of the grid is met from both of its edges.
        if (polygon.points.empty() || (polygon.points.back() != point && polygon.points.front() != point))
            polygon.points.push_back(point);
    }

    std::span<const double> x_, y_, heights_;
    double level_;
    std::map<Edge, Edge> next_;
};

}  // namespace

std::vector<Polygon> lines_of_height(std::span<const double> x, std::span<const double> y,
                                     std::span<const double> heights, double level) {
    return Tracer(x, y, heights, level).trace();
}

}  // namespace spillgate::offline::fit
