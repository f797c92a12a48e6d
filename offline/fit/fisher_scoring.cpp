#include "offline/fit/fisher_scoring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillgate::offline::fit {

FisherScoring::FisherScoring(const Likelihood& likelihood, std::span<const std::size_t> varied,
                             Workspace& workspace)
    : likelihood_(likelihood),
      varied_(varied),
      workspace_(workspace),
      cholesky_(varied.size()),
      correction_(varied.size()),
      corrected_(varied.size() * varied.size()),
      gradient_before_(varied.size()),
      step_(varied.size()),
      trial_(likelihood.parameters().size()),
      reduced_(varied.size() * varied.size()),
      right_(varied.size()),
      held_(varied.size()),
      blind_(varied.size()) {
    free_.reserve(varied.size());
}

void FisherScoring::hold_what_wants_out(std::span<const double> values) {
    for (std::size_t k = 0; k < varied_.size(); ++k) {
        const auto& parameter = likelihood_.parameters()[varied_[k]];
        const double value = values[varied_[k]];
        const double gradient = workspace_.gradient[k];
        const bool wants_out =
            (value <= parameter.lower && gradient >= 0) || (value >= parameter.upper && gradient <= 0);
        held_[k] = wants_out ? 1 : 0;
    }
}

void FisherScoring::solve_free(double damping) {
    free_.clear();
    for (std::size_t k = 0; k < varied_.size(); ++k)
        if (!held_[k]) free_.push_back(k);
    const auto n = varied_.size();
    const auto m = free_.size();
    for (std::size_t a = 0; a < m; ++a) {
        for (std::size_t b = 0; b < m; ++b)
            reduced_[a * m + b] = matrix_[free_[a] * n + free_[b]];
        right_[a] = -workspace_.gradient[free_[a]];
        // Those stopped at a limit have already moved.
        for (std::size_t k = 0; k < n; ++k)
            if (held_[k]) right_[a] -= matrix_[free_[a] * n + k] * step_[k];
    }
    cholesky_.factorise(std::span(reduced_).first(m * m), m, damping);
    cholesky_.solve(std::span(right_).first(m));
    std::fill(blind_.begin(), blind_.end(), char{0});
    for (std::size_t a = 0; a < m; ++a) {
        step_[free_[a]] = right_[a];
        blind_[free_[a]] = cholesky_.dropped(a) ? 1 : 0;
    }
}

// Of the parameters that the step would take beyond a limit, the first one on the way.
bool FisherScoring::stop_at_nearest_limit(std::span<const double> values) {
    double nearest = 1;
    std::size_t stopped = varied_.size();
    double room_of_stopped = 0;
    for (const auto k : free_) {
        const auto& parameter = likelihood_.parameters()[varied_[k]];
        const double value = values[varied_[k]];
        if (value + step_[k] >= parameter.lower && value + step_[k] <= parameter.upper) continue;
        const double room = (step_[k] < 0 ? parameter.lower : parameter.upper) - value;
        if (room / step_[k] >= nearest) continue;
        nearest = room / step_[k];
        stopped = k;
        room_of_stopped = room;
    }
    if (stopped == varied_.size()) return false;
    step_[stopped] = room_of_stopped;
    held_[stopped] = 1;
    return true;
}

bool FisherScoring::propose(std::span<const double> values, std::span<const double> matrix, double damping) {
    matrix_ = matrix;
    std::fill(step_.begin(), step_.end(), 0.0);
    hold_what_wants_out(values);
    solve_free(damping);
    const bool positive = cholesky_.positive_definite();
    possible_fall_ = blind_direction_falls() ? std::numeric_limits<double>::infinity() : 0;
    for (const auto k : free_)
        possible_fall_ -= 0.5 * workspace_.gradient[k] * step_[k];
    while (stop_at_nearest_limit(values))
        solve_free(damping);
    return positive;
}

double FisherScoring::promised_fall() const {
    const auto n = varied_.size();
    double fall = 0;
    for (std::size_t a = 0; a < n; ++a) {
        double half = workspace_.gradient[a];
        for (std::size_t b = 0; b < n; ++b)
            half += 0.5 * matrix_[a * n + b] * step_[b];
        fall -= step_[a] * half;
    }
    return fall;
}

// A parameter that the curvature does not see, as a bin without counts has none, may still have a slope.
bool FisherScoring::blind_direction_falls() const {
    for (const auto k : free_) {
        const auto& parameter = likelihood_.parameters()[varied_[k]];
        if (blind_[k] && std::abs(workspace_.gradient[k]) * scale_of(parameter) > 1e-6 &&
            workspace_.curvature[k * varied_.size() + k] == 0)
            return true;
    }
    return false;
}

bool FisherScoring::accept(std::span<double> values, Outcome& outcome, double& damping) {
    std::copy(values.begin(), values.end(), trial_.begin());
    for (std::size_t k = 0; k < varied_.size(); ++k) {
        const auto& parameter = likelihood_.parameters()[varied_[k]];
        double& value = trial_[varied_[k]];
        value = std::clamp(value + step_[k], parameter.lower, parameter.upper);
    }
    ++outcome.evaluations;
    const auto reached = likelihood_.chi2(trial_, workspace_);
    const double promised = promised_fall();
    const double fall = reached ? outcome.chi2 - *reached : -1;
    if (!(fall >= 0) || fall < 1e-4 * promised || !(promised >= 0)) {
        damping = std::max(10 * damping, 1e-3);
        return false;
    }
    std::copy(trial_.begin(), trial_.end(), values.begin());
    outcome.chi2 = *reached;
    if (fall > 0.5 * promised) damping = damping < 1e-4 ? 0 : damping / 10;
    return true;
}

void FisherScoring::propose_corrected(std::span<const double> values, double damping) {
    correction_.add_to(workspace_.curvature, corrected_);
    if (propose(values, corrected_, damping) && promised_fall() > 0) return;
    propose(values, workspace_.curvature, damping);
}

FisherScoring::Outcome FisherScoring::run(std::span<double> values, const MinimiserOptions& options) {
    Outcome outcome;
    outcome.chi2 = std::numeric_limits<double>::infinity();
    outcome.possible_fall = outcome.chi2;
    correction_.forget();
    double damping = 0;
    for (unsigned iteration = 0; iteration < options.iterations; ++iteration) {
        ++outcome.derivatives;
        const auto here = likelihood_.differentiate(values, varied_, Curvature::EXPECTED, workspace_);
        if (!here) return outcome;
        outcome.chi2 = *here;
        if (iteration > 0)
            correction_.learn(step_, gradient_before_, workspace_.gradient, workspace_.curvature);
        std::copy_n(workspace_.gradient.begin(), varied_.size(), gradient_before_.begin());
        propose(values, workspace_.curvature, 0);
        outcome.possible_fall = possible_fall_;
        const bool finished = outcome.possible_fall < options.tolerance;
        propose_corrected(values, finished ? 0 : damping);
        if (finished) {
            // The last step is already known, and costs one evaluation.
            accept(values, outcome, damping);
            outcome.converged = true;
            return outcome;
        }
        while (!accept(values, outcome, damping)) {
            if (damping > 1e12) return outcome;
            propose_corrected(values, damping);
        }
    }
    return outcome;
}

}  // namespace spillgate::offline::fit
