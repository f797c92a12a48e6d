#include "offline/cevns/recoil_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/quadrature/gauss.hpp>
#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

constexpr std::size_t points = RecoilGrid::points_per_piece;

// The rule on −1 … 1, rising.
struct Rule {
    std::array<double, points> at{}, weight{};
    // P_k at each point.
    std::array<std::array<double, points>, points> legendre{};
};

// P_0 … P_points at x.
std::array<double, points + 1> legendre_at(double x) {
    std::array<double, points + 1> p{1, x};
    for (std::size_t k = 1; k < points; ++k) {
        const auto n = static_cast<double>(k);
        p[k + 1] = ((2 * n + 1) * x * p[k] - n * p[k - 1]) / (n + 1);
    }
    return p;
}

const Rule& rule() {
    static const Rule five = [] {
        using Gauss = boost::math::quadrature::gauss<double, points>;
        Rule r;
        // Boost lists the half that is not negative.
        const auto& half = Gauss::abscissa();
        for (std::size_t i = 0; i < half.size(); ++i) {
            const std::size_t high = points / 2 + i, low = points - 1 - high;
            r.at[high] = half[i];
            r.at[low] = -half[i];
            r.weight[high] = r.weight[low] = Gauss::weights()[i];
        }
        for (std::size_t j = 0; j < points; ++j)
            for (std::size_t k = 0; k < points; ++k)
                r.legendre[k][j] = legendre_at(r.at[j])[k];
        return r;
    }();
    return five;
}

// Of the polynomial through the points' values, in Legendre polynomials.
std::array<double, points> coefficients(std::span<const double> values) {
    std::array<double, points> c{};
    const auto& r = rule();
    for (std::size_t k = 0; k < points; ++k) {
        for (std::size_t j = 0; j < points; ++j)
            c[k] += r.weight[j] * values[j] * r.legendre[k][j];
        c[k] *= static_cast<double>(k) + 0.5;
    }
    return c;
}

}  // namespace

proto::Result<RecoilGrid> RecoilGrid::make(std::span<const double> edges_kev,
                                           std::span<const double> kinks_kev) {
    const auto refused = [](std::string message) {
        return proto::error(proto::ErrorKind::CONFIG, std::move(message));
    };
    if (edges_kev.size() < 2) return refused("a grid of recoil energies needs at least two edges");
    for (std::size_t i = 0; i < edges_kev.size(); ++i)
        if (!(edges_kev[i] >= 0) || !std::isfinite(edges_kev[i]) ||
            (i > 0 && !(edges_kev[i] > edges_kev[i - 1])))
            return refused(
                fmt::format("the edges of a grid of recoil energies must rise, from 0 or above; number {} "
                            "is {} keV",
                            i, edges_kev[i]));
    RecoilGrid grid;
    grid.edges_kev_.assign(edges_kev.begin(), edges_kev.end());
    auto& pieces = grid.piece_edges_kev_;
    pieces.push_back(edges_kev.front());
    for (std::size_t cell = 0; cell + 1 < edges_kev.size(); ++cell) {
        grid.first_piece_.push_back(pieces.size() - 1);
        const double low = edges_kev[cell], high = edges_kev[cell + 1];
        // A sliver beside an edge would only cost points.
        const double sliver = 1e-9 * (high - low);
        std::vector<double> inside;
        std::ranges::copy_if(kinks_kev, std::back_inserter(inside),
                             [&](double kink) { return kink > low + sliver && kink < high - sliver; });
        std::ranges::sort(inside);
        for (const double kink : inside)
            if (kink > pieces.back() + sliver) pieces.push_back(kink);
        pieces.push_back(high);
    }
    grid.first_piece_.push_back(pieces.size() - 1);
    for (std::size_t piece = 0; piece + 1 < pieces.size(); ++piece) {
        const double half = 0.5 * (pieces[piece + 1] - pieces[piece]);
        for (std::size_t j = 0; j < points; ++j) {
            grid.recoil_kev_.push_back(pieces[piece] + half * (1 + rule().at[j]));
            grid.weight_kev_.push_back(half * rule().weight[j]);
        }
    }
    return grid;
}

proto::Result<RecoilGrid> RecoilGrid::to(double end_kev, std::span<const double> kinks_kev, std::size_t cells,
                                         double begin_kev) {
    std::vector<double> edges;
    const double low = std::sqrt(begin_kev), high = std::sqrt(end_kev);
    for (std::size_t i = 0; i <= cells; ++i) {
        const double root = low + (high - low) * static_cast<double>(i) / static_cast<double>(cells);
        edges.push_back(root * root);
    }
    return make(edges, kinks_kev);
}

void RecoilGrid::cell_integrals(std::span<const double> values, std::span<double> out) const {
    for (std::size_t cell = 0; cell < cells(); ++cell) {
        double sum = 0;
        for (std::size_t i = first_piece_[cell] * points; i < first_piece_[cell + 1] * points; ++i)
            sum += weight_kev_[i] * values[i];
        out[cell] = sum;
    }
}

// ∫ from the piece's begin.
double RecoilGrid::below(std::span<const double> values, std::size_t piece, double recoil_kev) const {
    const double low = piece_edges_kev_[piece], high = piece_edges_kev_[piece + 1];
    const double x = 2 * (std::clamp(recoil_kev, low, high) - low) / (high - low) - 1;
    const auto p = legendre_at(x);
    const auto c = coefficients(values.subspan(piece * points, points));
    double sum = c[0] * (x + 1);
    for (std::size_t k = 1; k < points; ++k)
        sum += c[k] * (p[k + 1] - p[k - 1]) / (2 * static_cast<double>(k) + 1);
    return 0.5 * (high - low) * sum;
}

double RecoilGrid::integral(std::span<const double> values, double begin_kev, double end_kev) const {
    double sum = 0;
    for (std::size_t piece = 0; piece + 1 < piece_edges_kev_.size(); ++piece) {
        const double low = piece_edges_kev_[piece], high = piece_edges_kev_[piece + 1];
        if (!(begin_kev < high && end_kev > low)) continue;
        if (begin_kev <= low && end_kev >= high) {
            for (std::size_t i = piece * points; i < (piece + 1) * points; ++i)
                sum += weight_kev_[i] * values[i];
        } else {
            sum += below(values, piece, end_kev) - below(values, piece, begin_kev);
        }
    }
    return sum;
}

double RecoilGrid::interpolated(std::span<const double> values, double recoil_kev) const {
    if (!(recoil_kev >= piece_edges_kev_.front() && recoil_kev <= piece_edges_kev_.back())) return 0;
    const auto next = std::ranges::upper_bound(piece_edges_kev_, recoil_kev) - piece_edges_kev_.begin();
    const auto piece = std::min(static_cast<std::size_t>(next), piece_edges_kev_.size() - 1) - 1;
    const double low = piece_edges_kev_[piece], high = piece_edges_kev_[piece + 1];
    const auto p = legendre_at(2 * (recoil_kev - low) / (high - low) - 1);
    const auto c = coefficients(values.subspan(piece * points, points));
    double sum = 0;
    for (std::size_t k = 0; k < points; ++k)
        sum += c[k] * p[k];
    return sum;
}

}  // namespace spillgate::offline::cevns
