// Covariance and correlations at a minimum, from second derivatives of χ²: the errors of a parabola.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "offline/fit/minimise.hpp"

namespace spillgate::offline::fit {

// Over all n parameters, row-major. Parameters that are held, and those at a limit (where a parabola says
// nothing of the error), have rows and columns of 0, and no error.
struct Covariance {
    std::size_t n = 0;
    std::vector<double> matrix;          // [n × n]
    std::vector<std::size_t> described;  // parameters with an error
    // False if χ² has no minimum there, or some combination of parameters changes nothing: then there are no
    // errors at all.
    bool positive_definite = false;

    std::optional<double> error(std::size_t parameter) const;
    double operator()(std::size_t a, std::size_t b) const { return matrix[a * n + b]; }
    // 0 where there is none.
    double correlation(std::size_t a, std::size_t b) const;
};

// 2·H⁻¹, H the second derivatives of χ² taken numerically from its gradient, over steps of 1/200 of the
// errors that Fisher's information gives. `varied`: the parameters that the minimum was found in. Costs two
// evaluations with derivatives per parameter.
Covariance hesse(const Likelihood& likelihood, const Minimum& minimum, std::span<const std::size_t> varied,
                 Workspace& workspace);

// 2·I⁻¹, I Fisher's information: the same without the model's second derivatives. One evaluation.
Covariance fisher_covariance(const Likelihood& likelihood, const Minimum& minimum,
                             std::span<const std::size_t> varied, Workspace& workspace);

}  // namespace spillgate::offline::fit
