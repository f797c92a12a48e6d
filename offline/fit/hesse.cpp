#include "offline/fit/hesse.hpp"

#include <algorithm>
#include <cmath>

#include "offline/fit/symmetric_matrix.hpp"

namespace spillgate::offline::fit {

namespace {

std::vector<std::size_t> inside_limits(const Minimum& minimum, std::span<const std::size_t> varied) {
    std::vector<std::size_t> inside;
    for (const auto i : varied)
        if (minimum.at_limit[i] == Limit::NONE) inside.push_back(i);
    return inside;
}

Covariance from_curvature(std::span<const double> curvature, std::vector<std::size_t> described,
                          std::size_t parameters) {
    Covariance covariance;
    covariance.n = parameters;
    covariance.matrix.assign(parameters * parameters, 0);
    covariance.described = std::move(described);
    const auto m = covariance.described.size();
    Cholesky cholesky(m);
    // Coarser than what the minimiser still moves in: an error that is 10⁵ times that of the parameter alone
    // is rounding.
    cholesky.factorise(curvature, m, 0, 1e-10);
    covariance.positive_definite = cholesky.positive_definite();
    if (!covariance.positive_definite) return covariance;
    std::vector<double> inverse(m * m);
    cholesky.invert(inverse);
    for (std::size_t a = 0; a < m; ++a)
        for (std::size_t b = 0; b < m; ++b)
            covariance.matrix[covariance.described[a] * parameters + covariance.described[b]] =
                2 * inverse[a * m + b];
    return covariance;
}

// Second derivatives by differences of the gradient. Nothing if χ² cannot be had close by.
std::optional<std::vector<double>> second_derivatives(const Likelihood& likelihood,
                                                      std::span<const double> values,
                                                      std::span<const std::size_t> inside,
                                                      std::span<const double> steps, Workspace& workspace) {
    const auto m = inside.size();
    std::vector<double> matrix(m * m), point(values.begin(), values.end()), up(m);
    for (std::size_t a = 0; a < m; ++a) {
        const auto& parameter = likelihood.parameters()[inside[a]];
        double& value = point[inside[a]];
        const double here = value;
        const double high = std::min(here + steps[a], parameter.upper);
        const double low = std::max(here - steps[a], parameter.lower);
        value = high;
        if (!likelihood.differentiate(point, inside, Curvature::OBSERVED, workspace)) return std::nullopt;
        std::copy_n(workspace.gradient.begin(), m, up.begin());
        value = low;
        if (!likelihood.differentiate(point, inside, Curvature::OBSERVED, workspace)) return std::nullopt;
        for (std::size_t b = 0; b < m; ++b)
            matrix[a * m + b] = (up[b] - workspace.gradient[b]) / (high - low);
        value = here;
    }
    for (std::size_t a = 0; a < m; ++a)
        for (std::size_t b = 0; b < a; ++b)
            matrix[a * m + b] = matrix[b * m + a] = 0.5 * (matrix[a * m + b] + matrix[b * m + a]);
    return matrix;
}

}  // namespace

std::optional<double> Covariance::error(std::size_t parameter) const {
    if (!positive_definite) return std::nullopt;
    if (std::find(described.begin(), described.end(), parameter) == described.end()) return std::nullopt;
    return std::sqrt((*this)(parameter, parameter));
}

double Covariance::correlation(std::size_t a, std::size_t b) const {
    const double product = (*this)(a, a) * (*this)(b, b);
    return product > 0 ? (*this)(a, b) / std::sqrt(product) : 0;
}

Covariance fisher_covariance(const Likelihood& likelihood, const Minimum& minimum,
                             std::span<const std::size_t> varied, Workspace& workspace) {
    auto inside = inside_limits(minimum, varied);
    const auto m = inside.size();
    std::vector<double> curvature(m * m, 0);
    if (likelihood.differentiate(minimum.values, inside, Curvature::EXPECTED, workspace))
        std::copy_n(workspace.curvature.begin(), m * m, curvature.begin());
    return from_curvature(curvature, std::move(inside), likelihood.parameters().size());
}

Covariance hesse(const Likelihood& likelihood, const Minimum& minimum, std::span<const std::size_t> varied,
                 Workspace& workspace) {
    const auto approximate = fisher_covariance(likelihood, minimum, varied, workspace);
    std::vector<double> steps;
    for (const auto i : approximate.described) {
        const double scale = scale_of(likelihood.parameters()[i]);
        const double error = approximate.error(i).value_or(0.1 * scale);
        steps.push_back(0.005 * std::min(error, 100 * scale));
    }
    const auto matrix =
        second_derivatives(likelihood, minimum.values, approximate.described, steps, workspace);
    if (matrix) return from_curvature(*matrix, approximate.described, approximate.n);
    Covariance none = approximate;
    none.positive_definite = false;
    std::fill(none.matrix.begin(), none.matrix.end(), 0.0);
    return none;
}

}  // namespace spillgate::offline::fit
