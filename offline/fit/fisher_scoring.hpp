// Newton's method with Fisher's information as curvature, damped (Levenberg, Marquardt) where the parabola
// misleads, and confined to the limits: parameters that want to leave are held on theirs (an active set)
// until χ² falls inwards. D. P. Bertsekas, SIAM J. Control Optim. 20 (1982) 221, for the choice of the active
// set.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "offline/fit/likelihood.hpp"
#include "offline/fit/minimise.hpp"
#include "offline/fit/secant_correction.hpp"
#include "offline/fit/symmetric_matrix.hpp"

namespace spillgate::offline::fit {

class FisherScoring {
  public:
    FisherScoring(const Likelihood& likelihood, std::span<const std::size_t> varied, Workspace& workspace);

    struct Outcome {
        bool converged = false;
        double chi2 = 0;           // of `values` as left; infinite if the start has no prediction
        double possible_fall = 0;  // of χ² from there, by the parabola
        std::size_t evaluations = 0;
        std::size_t derivatives = 0;
    };
    // Moves `values` (of all parameters, within limits) to the minimum. Never increases χ².
    Outcome run(std::span<double> values, const MinimiserOptions& options);

  private:
    void hold_what_wants_out(std::span<const double> values);
    // The step of a parabola with this matrix and damping, within limits, into step_; by how much χ² would
    // fall without further limits, into possible_fall_. False if the matrix is not positive definite.
    bool propose(std::span<const double> values, std::span<const double> matrix, double damping);
    // With the corrected matrix, or without correction where that is none of a minimum.
    void propose_corrected(std::span<const double> values, double damping);
    void solve_free(double damping);
    bool stop_at_nearest_limit(std::span<const double> values);
    double promised_fall() const;
    bool blind_direction_falls() const;
    // Tries step_; true if χ² fell as it should have.
    bool accept(std::span<double> values, Outcome& outcome, double& damping);

    const Likelihood& likelihood_;
    std::span<const std::size_t> varied_;
    Workspace& workspace_;
    Cholesky cholesky_;
    SecantCorrection correction_;
    std::span<const double> matrix_;  // of the parabola: the workspace's curvature, or corrected_
    double possible_fall_ = 0;
    std::vector<double> corrected_, gradient_before_;
    std::vector<double> step_, trial_, reduced_, right_;  // step_[varied]
    std::vector<std::size_t> free_;                       // positions in varied_ that may move
    std::vector<char> held_;                              // [varied]
    std::vector<char> blind_;                             // [varied]: free, but the curvature does not see it
};

}  // namespace spillgate::offline::fit
