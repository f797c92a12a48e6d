// The profile likelihood of a parameter: Δχ² against its value.
#pragma once

#include "offline/fit/profile_errors.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// With the lines of 1, 2 and 3 σ, the best value and its interval. Points without fit break the curve. The
// profile's values ascend.
Panel profile_panel(const fit::Parameter& parameter, const fit::Profile& profile,
                    const fit::ProfileErrors& interval, double best);

}  // namespace spillgate::offline::plot
