#include "offline/cevns/tabulated_form_factor.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/interpolators/makima.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/sinc.hpp>
#include <fmt/format.h>

namespace spillgate::offline::cevns {

namespace {

using Point = TabulatedFormFactor::Point;

// Recoils at a pulsed source end near 0.54 fm⁻¹. With this step the cubic between points is exact to 1e-9 for
// a density that ends at 15 fm.
constexpr double density_q_max_per_fm = 3;
constexpr double density_q_step_per_fm = 0.005;

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

// Not NaN, and each above the one before.
bool rising(std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]) || (i > 0 && !(values[i] > values[i - 1]))) return false;
    return true;
}

// d/dx of sin x / x.
double sinc_slope(double x) {
    if (x < 0.1) {
        const double x2 = x * x;
        return -x / 3 * (1 - x2 / 10 * (1 - x2 / 28 * (1 - x2 / 54)));
    }
    return (std::cos(x) - std::sin(x) / x) / x;
}

// Piecewise linear, constant down to r = 0.
struct Density {
    std::vector<double> r_fm, rho;

    // ∫ ρ r² f(r) dr, in pieces that f, of wave number q, does not oscillate in.
    template <class F>
    double integral(double q_per_fm, F&& f) const {
        double sum = 0;
        for (std::size_t i = 0; i + 1 < r_fm.size(); ++i) {
            const double width = r_fm[i + 1] - r_fm[i];
            const auto pieces = static_cast<int>(std::ceil(1 + q_per_fm * width));
            const double slope = (rho[i + 1] - rho[i]) / width;
            for (int piece = 0; piece < pieces; ++piece) {
                const double low = r_fm[i] + width * piece / pieces;
                const double high = r_fm[i] + width * (piece + 1) / pieces;
                sum += boost::math::quadrature::gauss<double, 10>::integrate(
                    [&](double r) { return (rho[i] + slope * (r - r_fm[i])) * r * r * f(r); }, low, high);
            }
        }
        return sum;
    }
    double moment(int power) const {
        return integral(0, [power](double r) { return std::pow(r, power); });
    }
};

}  // namespace

proto::Result<TabulatedFormFactor> TabulatedFormFactor::from_form_factor(std::span<const double> q_per_fm,
                                                                         std::span<const double> value,
                                                                         double rms_fm) {
    if (q_per_fm.size() < 4 || q_per_fm.size() != value.size())
        return refused(
            fmt::format("a form factor's table has {} points of q and {} values; needed: at least 4 of each",
                        q_per_fm.size(), value.size()));
    if (q_per_fm.front() != 0 || !rising(q_per_fm))
        return refused("the q of a form factor's table must rise from 0");
    if (!std::ranges::all_of(value, [](double f) { return std::abs(f) <= 1 + 1e-6; }) ||
        std::abs(value.front() - 1) > 1e-6)
        return refused(fmt::format(
            "a form factor must be 1 at q = 0 and nowhere above; the table begins with {}", value.front()));
    if (!(rms_fm > 0) || !std::isfinite(rms_fm))
        return refused(
            fmt::format("the rms radius of a form factor's table is {} fm; it must be positive", rms_fm));
    // F is even in q: with the mirrored points its slope vanishes at 0.
    std::vector<double> q, f;
    for (std::size_t i = q_per_fm.size(); i-- > 1;) {
        q.push_back(-q_per_fm[i]);
        f.push_back(value[i]);
    }
    q.insert(q.end(), q_per_fm.begin(), q_per_fm.end());
    f.insert(f.end(), value.begin(), value.end());
    const boost::math::interpolators::makima<std::vector<double>> through(std::move(q), std::move(f));

    auto curve = std::make_shared<Curve>();
    curve->q_per_fm.assign(q_per_fm.begin(), q_per_fm.end());
    for (std::size_t i = 0; i < q_per_fm.size(); ++i)
        curve->points.push_back({value[i], i == 0 ? 0 : through.prime(q_per_fm[i])});
    TabulatedFormFactor table;
    table.curve_ = std::move(curve);
    table.rms_fm_ = rms_fm;
    table.q_max_per_fm_ = q_per_fm.back();
    return table;
}

proto::Result<TabulatedFormFactor> TabulatedFormFactor::from_density(std::span<const double> r_fm,
                                                                     std::span<const double> density) {
    if (r_fm.size() < 2 || r_fm.size() != density.size())
        return refused(fmt::format("a density's table has {} radii and {} values; needed: at least 2 of each",
                                   r_fm.size(), density.size()));
    if (!(r_fm.front() >= 0) || !rising(r_fm))
        return refused("the radii of a density's table must rise, from 0 or above");
    if (!std::ranges::all_of(density, [](double rho) { return rho >= 0 && std::isfinite(rho); }))
        return refused("a density must nowhere be negative");
    Density profile;
    if (r_fm.front() > 0) {
        profile.r_fm.push_back(0);
        profile.rho.push_back(density.front());
    }
    profile.r_fm.insert(profile.r_fm.end(), r_fm.begin(), r_fm.end());
    profile.rho.insert(profile.rho.end(), density.begin(), density.end());
    const double norm = profile.moment(0);
    if (!(norm > 0)) return refused("a density must not vanish everywhere");

    auto curve = std::make_shared<Curve>();
    curve->step_per_fm = density_q_step_per_fm;
    const auto steps = static_cast<std::size_t>(std::lround(density_q_max_per_fm / density_q_step_per_fm));
    for (std::size_t i = 0; i <= steps; ++i) {
        const double q = static_cast<double>(i) * density_q_step_per_fm;
        curve->q_per_fm.push_back(q);
        curve->points.push_back(
            {profile.integral(q, [q](double r) { return boost::math::sinc_pi(q * r); }) / norm,
             profile.integral(q, [q](double r) { return r * sinc_slope(q * r); }) / norm});
    }
    TabulatedFormFactor table;
    table.curve_ = std::move(curve);
    table.rms_fm_ = std::sqrt(profile.moment(2) / norm);
    table.r4_fm4_ = profile.moment(4) / norm;
    table.r6_fm6_ = profile.moment(6) / norm;
    table.q_max_per_fm_ = density_q_max_per_fm;
    return table;
}

Point TabulatedFormFactor::at(double q_per_fm) const {
    const auto& q = curve_->q_per_fm;
    if (q_per_fm >= q.back()) return {curve_->points.back().value, 0};
    const auto last = q.size() - 2;
    const auto i =
        curve_->step_per_fm > 0
            ? std::min(last, static_cast<std::size_t>(std::max(0.0, q_per_fm) / curve_->step_per_fm))
            : std::min(last, static_cast<std::size_t>(std::ranges::upper_bound(q, q_per_fm) - q.begin()) - 1);
    const auto& a = curve_->points[i];
    const auto& b = curve_->points[i + 1];
    const double width = q[i + 1] - q[i];
    const double t = (q_per_fm - q[i]) / width;
    const double rise = b.value - a.value;
    const double c2 = 3 * rise - width * (2 * a.slope_fm + b.slope_fm);
    const double c3 = width * (a.slope_fm + b.slope_fm) - 2 * rise;
    return {a.value + t * (width * a.slope_fm + t * (c2 + t * c3)),
            a.slope_fm + t * (2 * c2 + 3 * t * c3) / width};
}

}  // namespace spillgate::offline::cevns
