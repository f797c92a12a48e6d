// Asymmetric errors from the profile likelihood: how far a parameter can go to either side until χ²,
// minimised over all others, has risen by a given amount (F. James, MINUIT Reference Manual, MINOS).
#pragma once

#include <optional>

#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

// How the search to one side ended. Only FOUND gives an error.
enum class Crossing : std::uint8_t {
    FOUND,
    LIMIT,           // χ² does not rise that far within the parameter's limits
    UNBOUNDED,       // nor within a thousand times the parameter's parabolic error: it is not constrained
    NO_PREDICTION,   // nor before the model ends: beyond, it expects nothing that was observed
    NOT_CONVERGED,   // a fit on the way did not converge
    BELOW_BEST_FIT,  // a lower minimum was met: the best fit was none
};

struct ProfileError {
    Crossing end = Crossing::NOT_CONVERGED;
    std::optional<double> error;   // positive distance from the best value
    bool others_at_limit = false;  // another parameter is at a limit there: the error depends on that limit
    std::vector<double> values;    // of all parameters where the search ended
};

struct ProfileErrors {
    double level = 1;  // Δχ²
    ProfileError minus, plus;
};

// At Δχ² = level (1: 68.27 %, 2.71: 90 %, 4: 95.45 %), to 10⁻⁶ of the error where the profile is smooth.
// Errors REFUSED as profile(), or a level that is not positive.
proto::Result<ProfileErrors> profile_errors(const Likelihood& likelihood, const Minimum& best,
                                            std::size_t parameter, Workspace& workspace, double level = 1,
                                            const MinimiserOptions& options = {});

}  // namespace spillgate::offline::fit
