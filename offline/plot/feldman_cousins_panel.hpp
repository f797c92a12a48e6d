// A Feldman-Cousins construction: Δχ² of the data against the critical values.
#pragma once

#include "offline/fit/feldman_cousins.hpp"
#include "offline/fit/model.hpp"
#include "offline/plot/figure.hpp"

namespace spillgate::offline::plot {

// With the accepted intervals; values that could not be tested are not drawn. Of one tested value at least.
Panel feldman_cousins_panel(const fit::Parameter& parameter, const fit::FeldmanCousins& found);

}  // namespace spillgate::offline::plot
