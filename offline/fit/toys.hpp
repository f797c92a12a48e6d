// Toy experiments: what would have been observed if the model were true with given values. Counts are drawn,
// and the pulls' centres too, as the results of the measurements that they stand for.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "offline/fit/likelihood.hpp"
#include "offline/fit/minimise.hpp"
#include "offline/fit/parallel.hpp"

namespace spillgate::offline::fit {

struct ToyOptions {
    std::uint64_t toys = 1000;
    std::uint64_t seed = 1;
    ParallelOptions parallel;
};

// What fits of toys are worth: χ² to 10⁻⁴, for a third of the evaluations fewer.
MinimiserOptions toy_precision();

// Draws observations of one likelihood's kind. A toy's draws depend on seed and number alone: neither on
// threads nor on the toys before it, nor on the machine (Boost.Random, generator mt19937_64 seeded with
// both).
class ToySource {
  public:
    // Error REFUSED: CHI2_COUNTS, which toys with an empty bin have not; true values without prediction, of
    // another number than the parameters, or outside limits.
    static proto::Result<ToySource> make(const Likelihood& likelihood, std::span<const double> truth,
                                         std::uint64_t seed);

    // Puts toy `number` in the place of what `toy`, a copy of the likelihood, observed. Counts are Poisson
    // (CHI2_SIGMA: Gaussian with the bin's σ), then one standard normal number z per free parameter with a
    // pull, whose centre becomes truth − z·σ: the pull of the true value is z.
    void draw(std::uint64_t number, Likelihood& toy) const;

    std::span<const double> truth() const { return truth_; }
    std::span<const double> expected() const { return expected_; }

  private:
    std::vector<double> truth_, expected_;
    std::uint64_t seed_ = 0;
};

// Where fits of toys start, and what they are done with: a thread's own copy of the likelihood, redrawn for
// each.
struct ToyWorker {
    explicit ToyWorker(const Likelihood& original) : likelihood(original), workspace(likelihood) {}
    Likelihood likelihood;
    Workspace workspace;
};

// Draws toys 0 … options.toys − 1 and calls `visit(number, worker)` for each, on several threads. Gives how
// many were done: fewer than asked if interrupted, and then the first ones, so that what there is, is no
// selection.
std::uint64_t for_each_toy(const Likelihood& likelihood, const ToySource& source, const ToyOptions& options,
                           const std::function<void(std::uint64_t, ToyWorker&)>& visit);

// A fraction of toys with its binomial error, k of n: √(p(1 − p)/n), with p = (k + ½)/(n + 1) in it so that 0
// of n is not known exactly. 0 ± 1 for n = 0.
struct Fraction {
    std::uint64_t passed = 0;
    std::uint64_t all = 0;
    double value() const;
    double error() const;
};

}  // namespace spillgate::offline::fit
