// A spectrum of one axis drawn for a terminal.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "daq/ctl/console/console_verbs.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

// One drawing for each kind of window that is known, and for the residual, with the sums over its bins. What
// is sealed is said, and left out. Errors: CONFIG (two axes); CORRUPT (counts that do not fit the axis).
proto::Result<std::string> spectrum_plot(const boost::json::object& spectrum, PlotSize size);

// `range`: empty: the whole run.
ConsoleVerb draw_spectrum(const std::string& name, const std::string& range, PlotSize size);

}  // namespace spillgate::daq
