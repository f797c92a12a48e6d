// What a person says of a stretch of runs, in one word.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::daq {

// "good=800-812", "bad=806", or slots of one run: "bad=806:100-199", "bad=806:100-", "bad=806:-99",
// "bad=806:7"; or a time in UTC (utc_range.hpp) of a run, of several, or of all, "bad=806@2026-11-29T02:00/",
// "bad=@2026-11-29T02:00/2026-11-29T02:30"; as a flag of POST /api/good-runs, without its reason. Errors:
// CONFIG.
proto::Result<boost::json::object> good_run_flag(const std::string& text);

}  // namespace spillgate::daq
