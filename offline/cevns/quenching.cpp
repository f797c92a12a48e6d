#include "offline/cevns/quenching.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/tools/roots.hpp>
#include <fmt/format.h>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

// Points at which a curve is looked at for falling: its bends are far wider than an interval.
constexpr int monotony_points = 500;

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

ElectronEquivalent unscaled(const ConstantQuenching& m, double t, const QuenchingPulls&) {
    return {m.factor * t, m.factor};
}

ElectronEquivalent unscaled(const LinearQuenching& m, double t, const QuenchingPulls&) {
    return {(m.factor + m.slope_per_kev * t) * t, m.factor + 2 * m.slope_per_kev * t};
}

ElectronEquivalent unscaled(const PolynomialQuenching& m, double t, const QuenchingPulls& pulls) {
    const double t_mev = t * mev_per_kev;
    ElectronEquivalent out;
    // Horner, from the highest power down.
    for (std::size_t power = 4; power > 0; --power) {
        const std::size_t i = power - 1;
        double coefficient = m.nominal[i];
        for (std::size_t c = 0; c < m.components.size(); ++c) {
            const Pulled shift{0, m.components[c].minus[i] - m.nominal[i],
                               m.components[c].plus[i] - m.nominal[i]};
            coefficient += shift.at(pulls.components[c]);
            out.by_component_kev[c] = (out.by_component_kev[c] + shift.slope(pulls.components[c])) * t_mev;
        }
        out.by_recoil = out.by_recoil * t_mev + static_cast<double>(power) * coefficient;
        out.ee_kev = (out.ee_kev + coefficient) * t_mev;
    }
    out.ee_kev /= mev_per_kev;
    for (auto& by : out.by_component_kev)
        by /= mev_per_kev;
    return out;
}

ElectronEquivalent unscaled(const LindhardQuenching& m, double t, const QuenchingPulls&) {
    if (!(t > 0)) return {};
    const double epsilon = 11.5 * std::pow(m.z, -7.0 / 3) * t;
    const double low = 3 * std::pow(epsilon, 0.15), middle = 0.7 * std::pow(epsilon, 0.6);
    const double kg = m.k * (low + middle + epsilon);
    const double kg_by_log = m.k * (0.15 * low + 0.6 * middle + epsilon);  // d(k g)/d ln T
    const double factor = kg / (1 + kg);
    return {factor * t, factor + kg_by_log / ((1 + kg) * (1 + kg))};
}

bool positive(double x) {
    return x > 0 && std::isfinite(x);
}

bool allowed(const ConstantQuenching& m) {
    return positive(m.factor);
}
bool allowed(const LinearQuenching& m) {
    return positive(m.factor) && std::isfinite(m.slope_per_kev);
}
bool allowed(const PolynomialQuenching& m) {
    return positive(m.nominal[0]);
}
bool allowed(const LindhardQuenching& m) {
    return m.z > 0 && positive(m.k);
}

}  // namespace

double lindhard_k(const Nuclide& nuclide) {
    return 0.133 * std::pow(nuclide.z, 2.0 / 3) / std::sqrt(nuclide.a);
}

proto::Result<Quenching> Quenching::make(QuenchingModel model, double end_kev) {
    if (!positive(end_kev))
        return refused(fmt::format("quenching up to {} keV; the range must be positive", end_kev));
    if (!std::visit([](const auto& m) { return allowed(m); }, model))
        return refused("a quenching factor (or k, or a polynomial's linear term) must be positive");
    Quenching quenching(model, end_kev);
    if (const auto ok = quenching.check({}); !ok) return ok.error();
    return quenching;
}

proto::Status Quenching::check(const QuenchingPulls& pulls) const {
    if (!(pulls.scale > -1))
        return refused(fmt::format("a scale of energies of 1 {:+}; it must be positive", pulls.scale));
    for (int i = 0; i <= monotony_points; ++i) {
        const double t = end_kev_ * i / monotony_points;
        const auto e = at(t, pulls);
        const bool rises = e.by_recoil > 0 || (t == 0 && std::holds_alternative<LindhardQuenching>(model_));
        if (!rises || !(e.ee_kev >= 0))
            return refused(
                fmt::format("E_ee does not rise with the recoil energy at {:.4g} keV (E_ee {:.4g} keV, slope "
                            "{:.4g}); it must, up to {:.4g} keV",
                            t, e.ee_kev, e.by_recoil, end_kev_));
    }
    return {};
}

ElectronEquivalent Quenching::at(double recoil_kev, const QuenchingPulls& pulls) const {
    auto out = std::visit([&](const auto& m) { return unscaled(m, recoil_kev, pulls); }, model_);
    const double scale = 1 + pulls.scale;
    out.by_scale_kev = out.ee_kev;
    out.ee_kev *= scale;
    out.by_recoil *= scale;
    for (auto& by : out.by_component_kev)
        by *= scale;
    return out;
}

void Quenching::fill(std::span<const double> recoil_kev, const QuenchingPulls& pulls,
                     std::span<ElectronEquivalent> out) const {
    for (std::size_t i = 0; i < recoil_kev.size(); ++i)
        out[i] = at(recoil_kev[i], pulls);
}

double Quenching::recoil_kev(double ee_kev, const QuenchingPulls& pulls) const {
    if (!(ee_kev > 0)) return 0;
    if (ee_kev >= at(end_kev_, pulls).ee_kev) return end_kev_;
    const auto [low, high] =
        boost::math::tools::bisect([&](double t) { return at(t, pulls).ee_kev - ee_kev; }, 0.0, end_kev_,
                                   boost::math::tools::eps_tolerance<double>(44));
    return 0.5 * (low + high);
}

}  // namespace spillgate::offline::cevns
