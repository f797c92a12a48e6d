// What of a spectrum is sealed, and its sideband, as the console's API says them (docs/blinding.md).
#pragma once

#include <boost/json/value.hpp>

#include "offline/spectra/spectra.hpp"

namespace spillgate::online {

// {"what": "box" or "all", "box": [{"chain", "variable", "min", "max"}]}; null if nothing is.
boost::json::value sealed_json(const offline::HistogramView& histogram);

// {"in_time", "anti_coincident", "ratio", "sigma"}: null without a box, or as long as it is not known.
boost::json::value sideband_json(const offline::HistogramView& histogram);

}  // namespace spillgate::online
