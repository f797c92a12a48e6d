// Curves of the history, as the console answers them.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

// As GET /api/history has it. Errors: CONFIG (times that are none); those of ConsoleClient.
proto::Result<boost::json::object> history_of(const ConsoleClient& console, const HistoryQuestion& question);
// By name: `t`, `mean`, `low`, `high`, `unit`. Errors: NOT_FOUND (one of the series has had no value yet),
// CORRUPT.
proto::Result<const boost::json::object*> curves_in(const boost::json::object& answer,
                                                    const std::vector<std::string>& series);

}  // namespace spillgate::daq
