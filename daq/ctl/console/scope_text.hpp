// A waveform for a terminal: the facts of its slot, its windows, its channels' traces drawn, and what was
// found.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "daq/ctl/console/console_verbs.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

// Of an answer of GET /api/scope/SLOT. Errors: CORRUPT (what is no trace).
proto::Result<std::string> scope_text(const boost::json::object& picture, PlotSize size);

}  // namespace spillgate::daq
