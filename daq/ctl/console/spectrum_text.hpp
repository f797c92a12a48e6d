// A spectrum as the console's API gives it, as files for people's own tools: the same columns as the page's
// own export of a whole spectrum.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::daq {

// Both leave out what is not known or sealed; C outside a sealed box is called in_time_outside_box. Errors:
// CORRUPT (axes and counts that do not fit each other).

// A row for each bin: its numbers and edges on each axis, counts, α·AC and residual with errors. Where it
// comes from stands in lines that begin with '#'. What is in its field "prediction", as GET /api/prediction
// has it, is a column as well.
proto::Result<std::string> spectrum_csv(const boost::json::object& spectrum);
// UHI serialisation, version 1: one histogram for each column, without flow bins.
proto::Result<std::string> spectrum_uhi(const boost::json::object& spectrum);

}  // namespace spillgate::daq
