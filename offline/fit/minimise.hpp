// The minimum of χ² within the parameters' limits. Damped Fisher scoring, which needs some five evaluations
// with derivatives; where it fails, NLopt's simplex from several starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "offline/fit/likelihood.hpp"

namespace spillgate::offline::fit {

enum class Limit : std::uint8_t { NONE, LOWER, UPPER };

struct MinimiserOptions {
    // Converged, when χ² can fall by no more than this. A parameter is then off by its error times the root.
    double tolerance = 1e-8;
    // Minima to look for: from the start, and from points spread over limits, pulls and scales. The lowest is
    // kept. What is asked of more than one is that χ² may have several minima.
    unsigned starts = 1;
    unsigned iterations = 60;           // of Fisher scoring, per start
    unsigned fallback_evaluations = 0;  // of NLopt, per start; 0: 400 + 200 per parameter
    bool fallback = true;
};

struct Minimum {
    std::vector<double> values;  // of all parameters, also those held
    double chi2 = 0;
    bool converged = false;       // if not, values and χ² are the best that was found, and no minimum
    std::vector<Limit> at_limit;  // of all parameters; at: within 10⁻⁶ of its scale
    std::size_t evaluations = 0;  // of χ²
    std::size_t derivatives = 0;  // evaluations with derivatives
    bool used_fallback = false;

    bool any_at_limit() const;
};

// Varies the parameters `varied` from `start`; the others keep their values there. Starts outside limits are
// moved onto them. Never fails: a start without prediction comes back as not converged, with χ² infinite.
Minimum minimise(const Likelihood& likelihood, std::span<const double> start,
                 std::span<const std::size_t> varied, Workspace& workspace,
                 const MinimiserOptions& options = {});

// All free parameters, from their starts.
Minimum minimise(const Likelihood& likelihood, Workspace& workspace, const MinimiserOptions& options = {});

// All free parameters but one, which stays where `start` has it.
std::vector<std::size_t> all_but(std::span<const std::size_t> varied, std::size_t held);

}  // namespace spillgate::offline::fit
