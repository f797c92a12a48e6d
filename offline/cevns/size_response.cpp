#include "offline/cevns/size_response.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

constexpr double steps_per_sigma = 10;
constexpr std::size_t fewest_steps = 100, most_steps = 20'000;
// What quadrature may leave beyond 0 … 1.
constexpr double rounding = 1e-7;

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

// So many that the narrowest resolution, in √E, spans several.
std::size_t steps_for(const SizeResolution& resolution, double ee_end_kev) {
    double narrowest = HUGE_VAL;
    const double root_end = std::sqrt(ee_end_kev);
    for (int i = 1; i <= 1000; ++i) {
        const double root = root_end * i / 1000;
        const auto at = spread(resolution, root * root);
        // dmean/d√E = 2·mean/√E.
        narrowest = std::min(narrowest, at.sigma * root / (2 * at.mean));
    }
    const double steps = std::ceil(steps_per_sigma * root_end / narrowest);
    return std::clamp(static_cast<std::size_t>(std::min(steps, 1e6)), fewest_steps, most_steps);
}

// Slopes of the cubic spline through evenly spaced values, `stride` apart: flat at the begin, where the
// response is even in √E; at the end that of the cubic through the last four.
void spline_slopes(const std::vector<double>& value, std::size_t first, std::size_t stride, double step,
                   std::vector<double>& slope) {
    const std::size_t n = value.size() / stride;
    const auto f = [&](std::size_t i) { return value[i * stride + first]; };
    std::vector<double> upper(n, 0.0), m(n, 0.0);
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const double pivot = 4 - upper[i - 1];
        upper[i] = 1 / pivot;
        m[i] = (3 * (f(i + 1) - f(i - 1)) / step - m[i - 1]) / pivot;
    }
    m[n - 1] = (11 * f(n - 1) - 18 * f(n - 2) + 9 * f(n - 3) - 2 * f(n - 4)) / (6 * step);
    for (std::size_t i = n - 1; i-- > 1;)
        m[i] -= upper[i] * m[i + 1];
    for (std::size_t i = 0; i < n; ++i)
        slope[i * stride + first] = m[i];
}

}  // namespace

proto::Result<SizeResponse> SizeResponse::make(const SizeResolution& resolution, const Efficiency& efficiency,
                                               std::span<const double> bin_edges, double ee_end_kev) {
    if (const auto ok = check(resolution); !ok) return ok.error();
    if (!(ee_end_kev > 0) || !std::isfinite(ee_end_kev))
        return refused(fmt::format("a response up to {} keV; the range must be positive", ee_end_kev));
    if (bin_edges.size() < 2 ||
        std::ranges::adjacent_find(bin_edges, [](double a, double b) { return !(b > a); }) != bin_edges.end())
        return refused("bins of size need at least two edges, and they must rise");
    SizeResponse out;
    out.bins_ = bin_edges.size() - 1;
    out.ee_end_kev_ = ee_end_kev;
    const std::size_t steps = steps_for(resolution, ee_end_kev);
    out.step_root_kev_ = std::sqrt(ee_end_kev) / static_cast<double>(steps);
    for (std::size_t i = 0; i <= steps; ++i) {
        const double root = static_cast<double>(i) * out.step_root_kev_;
        double sum = 0;
        for (std::size_t bin = 0; bin < out.bins_; ++bin) {
            const double p =
                seen_probability(resolution, efficiency, root * root, bin_edges[bin], bin_edges[bin + 1]);
            if (!(p >= -rounding && p <= 1 + rounding))
                return refused(
                    fmt::format("a probability of {} for sizes {} to {} at {:.4g} keV; it must be between 0 "
                                "and 1",
                                p, bin_edges[bin], bin_edges[bin + 1], root * root));
            sum += p;
            out.value_.push_back(std::clamp(p, 0.0, 1.0));
        }
        if (sum > 1 + rounding)
            return refused(fmt::format("probabilities sum to {} at {:.4g} keV; they must not exceed 1", sum,
                                       root * root));
    }
    out.slope_.resize(out.value_.size());
    for (std::size_t bin = 0; bin < out.bins_; ++bin)
        spline_slopes(out.value_, bin, out.bins_, out.step_root_kev_, out.slope_);
    return out;
}

void SizeResponse::row(double ee_kev, std::span<double> probability, std::span<double> slope_per_kev) const {
    const std::size_t last = value_.size() / bins_ - 2;
    const double root = std::sqrt(ee_kev > 0 ? std::min(ee_kev, ee_end_kev_) : 0);
    const auto i = std::min(last, static_cast<std::size_t>(root / step_root_kev_));
    const double t = root / step_root_kev_ - static_cast<double>(i);
    // d√E/dE; towards 0 the slope in √E vanishes faster.
    const double by_ee = 0.5 / (step_root_kev_ * std::max(root, 1e-9));
    const double* v = &value_[i * bins_];
    const double* s = &slope_[i * bins_];
    for (std::size_t bin = 0; bin < bins_; ++bin) {
        const double s0 = s[bin] * step_root_kev_, s1 = s[bin + bins_] * step_root_kev_;
        const double rise = v[bin + bins_] - v[bin];
        const double c2 = 3 * rise - 2 * s0 - s1, c3 = s0 + s1 - 2 * rise;
        probability[bin] = v[bin] + t * (s0 + t * (c2 + t * c3));
        slope_per_kev[bin] = (s0 + t * (2 * c2 + 3 * t * c3)) * by_ee;
    }
}

ResponseRows SizeResponse::room(std::size_t recoils) const {
    return {std::vector<double>(recoils * bins_, 0.0), std::vector<double>(recoils * bins_, 0.0)};
}

proto::Status SizeResponse::rows(std::span<const ElectronEquivalent> recoils, ResponseRows& out) const {
    if (out.probability.size() != recoils.size() * bins_ ||
        out.slope_per_kev.size() != out.probability.size())
        return refused(fmt::format("rows of a response for {} recoils do not fit into room for {}",
                                   recoils.size(), out.probability.size() / bins_));
    const std::span<double> probability(out.probability), slope(out.slope_per_kev);
    for (std::size_t i = 0; i < recoils.size(); ++i) {
        const double ee = recoils[i].ee_kev;
        if (!(ee >= 0 && ee <= ee_end_kev_ * (1 + 1e-12)))
            return refused(fmt::format(
                "an electron-equivalent energy of {:.6g} keV; the response's table goes from 0 to "
                "{:.6g} keV",
                ee, ee_end_kev_));
        row(ee, probability.subspan(i * bins_, bins_), slope.subspan(i * bins_, bins_));
    }
    return {};
}

void fold_into_bins(std::span<const double> rows, std::span<const double> counts, std::span<double> bins) {
    std::ranges::fill(bins, 0.0);
    for (std::size_t i = 0; i < counts.size(); ++i)
        for (std::size_t bin = 0; bin < bins.size(); ++bin)
            bins[bin] += counts[i] * rows[i * bins.size() + bin];
}

}  // namespace spillgate::offline::cevns
