// A spectrum with its exposure: C, exposure-scaled AC and the residual; free or no-beam windows where there
// are no others. What is absent has no series: it is never drawn as zero.
#pragma once

#include <string>

#include "offline/export/saved_spectra.hpp"
#include "offline/plot/figure.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

// One axis: counts over the residual. Two axes: maps side by side. `logarithmic` is the axis, or the colours,
// of counts. Errors: NOT_FOUND (no spectrum of this name; the message lists those that there are), REFUSED
// (no window kind has live time, so there is nothing to draw).
proto::Result<Figure> spectrum_figure(const SavedSpectra& saved, const std::string& name, bool logarithmic);

}  // namespace spillgate::offline::plot
