// What a person says of a stretch of runs, in one word.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::daq {

// "good=800-812", "bad=806", or slots of one run: "bad=806:100-199", "bad=806:100-", "bad=806:-99",
// "bad=806:7"; as a flag of POST /api/good-runs, without its reason. Errors: CONFIG.
proto::Result<boost::json::object> good_run_flag(const std::string& text);

}  // namespace spillgate::daq
