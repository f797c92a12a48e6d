#include "offline/calibration/energy_scale.hpp"

#include <cmath>
#include <vector>

#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <fmt/format.h>

namespace spillgate::offline {

namespace {

namespace ublas = boost::numeric::ublas;

constexpr int rounds = 4;  // the weights need the scale's slope; it changes by parts in a thousand

// Least squares in u = E / unit, so that the matrix is of order one.
proto::Result<EnergyScale> solve(std::span<const wire::HpgeLineFit> lines,
                                 std::span<const std::size_t> powers, double unit, const EnergyScale& last) {
    const auto n = powers.size();
    ublas::matrix<double> matrix = ublas::zero_matrix<double>(n, n);
    std::vector<double> right(n, 0);
    const auto weight_of = [&](const wire::HpgeLineFit& line) {
        const double adc = line.position_adc().value();
        const double error = line.position_adc().error() * (last.c[1] + 2 * last.c[2] * adc);
        return 1 / (error * error);
    };
    for (const auto& line : lines) {
        const double u = line.position_adc().value() / unit;
        const double weight = weight_of(line);
        for (std::size_t a = 0; a < n; ++a) {
            const double ua = std::pow(u, static_cast<double>(powers[a]));
            right[a] += weight * ua * line.energy_kev();
            for (std::size_t b = 0; b < n; ++b)
                matrix(a, b) += weight * ua * std::pow(u, static_cast<double>(powers[b]));
        }
    }
    ublas::permutation_matrix<std::size_t> permutation(n);
    ublas::matrix<double> inverse = ublas::identity_matrix<double>(n);
    if (ublas::lu_factorize(matrix, permutation) != 0)
        return proto::error(proto::ErrorKind::REFUSED, "the lines found do not determine the scale");
    ublas::lu_substitute(matrix, permutation, inverse);
    EnergyScale scale;
    for (std::size_t a = 0; a < n; ++a) {
        const double per = std::pow(unit, static_cast<double>(powers[a]));
        for (std::size_t b = 0; b < n; ++b)
            scale.c[powers[a]] += inverse(a, b) * right[b] / per;
        scale.error[powers[a]] = std::sqrt(inverse(a, a)) / per;
    }
    for (const auto& line : lines) {
        const double residual = scale.kev(line.position_adc().value()) - line.energy_kev();
        scale.chi2 += residual * residual * weight_of(line);
    }
    scale.ndof = static_cast<std::uint32_t>(lines.size() - n);
    return scale;
}

}  // namespace

proto::Result<EnergyScale> fit_scale(std::span<const wire::HpgeLineFit> lines, ScaleForm form) {
    std::vector<wire::HpgeLineFit> used;
    for (const auto& line : lines)
        if (line.used()) used.push_back(line);
    std::vector<std::size_t> powers{1};
    if (form != ScaleForm::PROPORTIONAL) powers = {0, 1};
    if (form == ScaleForm::QUADRATIC) powers = {0, 1, 2};
    if (used.size() < powers.size())
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("{} lines could be fitted; the scale has {} coefficients",
                                        used.size(), powers.size()));
    const double unit = used.back().position_adc().value();
    EnergyScale scale;
    scale.c[1] = used.back().energy_kev() / unit;
    for (int round = 0; round < rounds; ++round) {
        auto next = solve(used, powers, unit, scale);
        if (!next) return next.error();
        scale = *next;
    }
    return scale;
}

}  // namespace spillgate::offline
