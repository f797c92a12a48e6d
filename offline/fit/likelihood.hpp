// χ² of a model for what was observed: the statistic of the bins plus the pulls, with its gradient and
// curvature.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "offline/fit/model.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::fit {

enum class Statistic {
    POISSON,      // the deviance 2Σ(μ − n + n·ln(n/μ)): −2·ln of the likelihood over that of μ = n
    CHI2_COUNTS,  // Σ(n − μ)²/n; every n > 0
    CHI2_SIGMA,   // Σ(n − μ)²/σ²
};

// What was measured, or what stands for it (Asimov data, a toy).
struct Observation {
    std::vector<double> counts;   // per bin, ≥ 0 (CHI2_SIGMA: any); not whole numbers in Asimov data
    std::vector<double> sigma;    // per bin, > 0: CHI2_SIGMA only
    std::vector<double> centres;  // of the pulls, one per parameter; empty: as the parameters have them
};

// By which weights of bins the curvature is built.
enum class Curvature {
    EXPECTED,  // Fisher's information: 1/μ per bin (POISSON). Safe far from the minimum
    OBSERVED,  // n/μ² per bin: the second derivative, but for what the model's own second derivatives add
};

class Likelihood;

// Memory of one thread for evaluations of one likelihood, and what the last ones gave.
struct Workspace {
    explicit Workspace(const Likelihood& likelihood);

    std::unique_ptr<Model::Scratch> model;
    std::vector<double> expected;   // [bins]
    std::vector<double> jacobian;   // [varied × bins]
    std::vector<double> gradient;   // [varied]: dχ²/dvalue
    std::vector<double> curvature;  // [varied × varied]: ≈ d²χ²/dvalue²
    std::vector<double> slope;      // [bins]: dχ²/dμ
    std::vector<double> weight;     // [bins]: d²χ²/dμ²
    std::vector<double> weighted;   // [bins]
};

// Constant but for observed(); may be shared between threads, each with a workspace of its own. The model
// must outlive it.
class Likelihood {
  public:
    // With the model's own parameters, or with these in their place: the same ones in the same order, with
    // other starts, limits, pulls or other ones free. Error CONFIG, naming bin or parameter: sizes that do
    // not match, counts that are negative or not finite, bins without counts or σ where χ² divides by them,
    // limits, starts or pulls that contradict each other, no parameter name or one twice, a model that
    // predicts NaN or negative counts at its start.
    static proto::Result<Likelihood> make(const Model& model, Observation observed,
                                          Statistic statistic = Statistic::POISSON);
    static proto::Result<Likelihood> make(const Model& model, std::vector<Parameter> parameters,
                                          Observation observed, Statistic statistic = Statistic::POISSON);

    const Model& model() const { return *model_; }
    std::span<const Parameter> parameters() const { return parameters_; }
    std::span<const std::size_t> varied() const { return varied_; }  // indices of free parameters
    std::size_t bins() const { return observed_.counts.size(); }
    Statistic statistic() const { return statistic_; }
    const Observation& observed() const { return observed_; }
    std::vector<double> start() const;
    // Error REFUSED, with the names there are.
    proto::Result<std::size_t> index_of(std::string_view name) const;
    // Free parameters must be explained by so many bins and pulls: bins + pulls − free.
    int degrees_of_freedom() const;

    // Other data for the same bins and pulls; of the same sizes, valid (draws of toys, Asimov data).
    void observe(std::span<const double> counts, std::span<const double> centres);

    // χ² at these values: of the bins and pulls. Nothing if a bin's prediction is negative, not finite, or 0
    // where counts were observed: such a point has no likelihood. O(bins).
    std::optional<double> chi2(std::span<const double> values, Workspace& workspace) const;
    // The pulls' part of χ²; that of one parameter is (value − centre)/σ, signed.
    double pulls_chi2(std::span<const double> values) const;
    double pull_of(std::size_t parameter, double value) const;

    // χ² as above, with gradient and curvature by the parameters `varied`, into the workspace. The model's
    // own second derivatives are left out of the curvature (Gauss and Newton). O(bins × varied²).
    std::optional<double> differentiate(std::span<const double> values, std::span<const std::size_t> varied,
                                        Curvature curvature, Workspace& workspace) const;

  private:
    Likelihood() = default;
    proto::Status check() const;
    std::optional<double> bins_chi2(Workspace& workspace) const;
    void weigh_bins(Curvature curvature, Workspace& workspace) const;

    const Model* model_ = nullptr;
    Statistic statistic_ = Statistic::POISSON;
    std::vector<Parameter> parameters_;
    std::vector<std::size_t> varied_;
    Observation observed_;
    std::vector<double> inverse_variance_;  // CHI2_… only
};

// What the model expects at these values as if it had been measured: counts, and centres at the values. Error
// REFUSED if the model has no prediction there.
proto::Result<Observation> asimov(const Likelihood& likelihood, std::span<const double> values);

}  // namespace spillgate::offline::fit
