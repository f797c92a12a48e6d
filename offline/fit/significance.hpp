// How well a parameter's value, "no signal" as a rule, is excluded: √(χ²_null − χ²_min), pulls and other free
// parameters minimised anew under the null hypothesis.
#pragma once

#include <optional>

#include "offline/fit/minimise.hpp"

namespace spillgate::offline::fit {

struct Significance {
    double null_value = 0;
    double delta_chi2 = 0;  // ≥ 0
    double sigmas = 0;      // its root
    // S. S. Wilks: the chance of a Δχ² as large or larger under the null hypothesis, χ² with one degree of
    // freedom; half of that if the null value is the parameter's limit (H. Chernoff), where half of all
    // experiments give 0.
    double p_value = 1;
    bool null_at_limit = false;
    bool below_null = false;  // the best value lies below the null value: a deficit, not a signal
    // Wilks' theorem does not hold as it stands, and toys should be asked:
    bool other_at_limit = false;       // another parameter is at a limit, in either fit
    bool unidentified_others = false;  // a free parameter changes nothing under the null hypothesis
    Minimum null;
};

// Errors REFUSED: a parameter that is not free, a best fit that did not converge, a null value outside limits
// or without prediction, a null fit that did not converge, or one that is lower than the best fit.
proto::Result<Significance> significance(const Likelihood& likelihood, const Minimum& best,
                                         std::size_t parameter, double null_value, Workspace& workspace,
                                         const MinimiserOptions& options = {});

}  // namespace spillgate::offline::fit
