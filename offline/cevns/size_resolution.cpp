#include "offline/cevns/size_resolution.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <fmt/format.h>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

using Rule = boost::math::quadrature::gauss<double, 10>;

bool positive(double x) {
    return x > 0 && std::isfinite(x);
}
bool not_negative(double x) {
    return x >= 0 && std::isfinite(x);
}

bool allowed(const GammaPhotoelectrons& m) {
    return positive(m.kev_per_pe) && not_negative(m.shape_per_kev);
}
bool allowed(const PoissonPhotoelectrons& m) {
    return positive(m.pe_per_kev) && std::isfinite(m.efficiency_offset);
}
bool allowed(const GaussianEnergy& m) {
    return not_negative(m.noise_kev) && not_negative(m.stochastic_root_kev) && not_negative(m.constant) &&
           m.noise_kev + m.stochastic_root_kev + m.constant > 0;
}

SizeSpread spread_of(const GammaPhotoelectrons& m, double ee_kev) {
    const double mean = ee_kev / m.kev_per_pe;
    return {mean, mean / std::sqrt(1 + m.shape_per_kev * ee_kev)};
}
SizeSpread spread_of(const PoissonPhotoelectrons& m, double ee_kev) {
    const double mean = m.pe_per_kev * ee_kev;
    return {mean, std::sqrt(mean)};
}
SizeSpread spread_of(const GaussianEnergy& m, double ee_kev) {
    const double variance = m.noise_kev * m.noise_kev +
                            m.stochastic_root_kev * m.stochastic_root_kev * ee_kev +
                            m.constant * m.constant * ee_kev * ee_kev;
    return {ee_kev, std::sqrt(variance)};
}

// Cuts lo … hi at the kinks, and each part into pieces no wider than the density's own width.
template <class F>
double between_kinks(double lo, double hi, double sigma, const std::vector<double>& kinks, F&& integrand) {
    if (!(hi > lo)) return 0;
    std::vector<double> cuts{lo};
    for (const double kink : kinks)
        if (kink > cuts.back() && kink < hi) cuts.push_back(kink);
    cuts.push_back(hi);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        const double width = cuts[i + 1] - cuts[i];
        const int pieces = std::max(kinks.size() > 8 ? 1 : 4, static_cast<int>(std::ceil(width / sigma)));
        for (int piece = 0; piece < pieces; ++piece)
            sum += Rule::integrate(integrand, cuts[i] + width * piece / pieces,
                                   cuts[i] + width * (piece + 1) / pieces);
    }
    return sum;
}

double seen(const GammaPhotoelectrons& m, const Efficiency& efficiency, double ee_kev, double lo, double hi) {
    const double shape = 1 + m.shape_per_kev * ee_kev;
    const double rate = m.kev_per_pe / ee_kev * shape;
    const double log_norm = shape * std::log(rate) - boost::math::lgamma(shape);
    const auto density = [&](double x) { return std::exp(log_norm + (shape - 1) * std::log(x) - rate * x); };
    const auto [mean, sigma] = spread_of(m, ee_kev);
    const auto kinks = efficiency.kinks();
    // Beyond these the density holds less than 1e-12.
    const double high = std::min(hi, mean + 12 * sigma + 30 / rate);
    double low = std::max({lo, 0.0, mean - 12 * sigma});
    double first = 0;
    if (low == 0) {
        // Near 0 the density is x^k: smooth in the fourth root.
        double end = std::min(high, sigma);
        for (const double kink : kinks)
            if (kink > 0) end = std::min(end, kink);
        if (end > 0)
            first = Rule::integrate(
                [&](double v) {
                    const double x = v * v * v * v;
                    return 4 * v * v * v * efficiency.at(x) * density(x);
                },
                0.0, std::pow(end, 0.25));
        low = std::max(end, 0.0);
    }
    return first +
           between_kinks(low, high, sigma, kinks, [&](double x) { return efficiency.at(x) * density(x); });
}

double seen(const PoissonPhotoelectrons& m, const Efficiency& efficiency, double ee_kev, double lo,
            double hi) {
    const auto [mean, sigma] = spread_of(m, ee_kev);
    const double low = std::max({0.0, std::ceil(lo), std::floor(mean - 12 * sigma - 20)});
    const double high = std::min(hi, mean + 12 * sigma + 20);
    double sum = 0;
    for (double n = low; n < high; ++n)
        sum += efficiency.at(n + m.efficiency_offset) *
               std::exp(n * std::log(mean) - mean - boost::math::lgamma(n + 1));
    return sum;
}

double seen(const GaussianEnergy& m, const Efficiency& efficiency, double ee_kev, double lo, double hi) {
    const double mean = ee_kev, sigma = spread_of(m, ee_kev).sigma;
    const double norm = 1 / (sigma * std::sqrt(2 * pi));
    return between_kinks(std::max(lo, mean - 9 * sigma), std::min(hi, mean + 9 * sigma), sigma,
                         efficiency.kinks(), [&](double x) {
                             const double z = (x - mean) / sigma;
                             return efficiency.at(x) * norm * std::exp(-0.5 * z * z);
                         });
}

}  // namespace

proto::Status check(const SizeResolution& resolution) {
    if (std::visit([](const auto& m) { return allowed(m); }, resolution)) return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        "a size's resolution needs a light yield that is positive, or widths that are not negative and "
        "not all 0");
}

SizeSpread spread(const SizeResolution& resolution, double ee_kev) {
    return std::visit([ee_kev](const auto& m) { return spread_of(m, ee_kev); }, resolution);
}

double seen_probability(const SizeResolution& resolution, const Efficiency& efficiency, double ee_kev,
                        double lo, double hi) {
    if (!(spread(resolution, ee_kev).sigma > 0)) {
        const auto* poisson = std::get_if<PoissonPhotoelectrons>(&resolution);
        return lo <= 0 && hi > 0 ? efficiency.at(poisson != nullptr ? poisson->efficiency_offset : 0) : 0;
    }
    return std::visit([&](const auto& m) { return seen(m, efficiency, ee_kev, lo, hi); }, resolution);
}

}  // namespace spillgate::offline::cevns
