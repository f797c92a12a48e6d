// Lights → JSON, as GET /api/health gives them.
#pragma once

#include <vector>

#include <boost/json/value.hpp>

#include "online/run/health.hpp"

namespace spillgate::online {

// {"lights": [{"name": "charge", "state": "warn", "reason": "12 of the last 600 spills have no charge"}, …]}
boost::json::value health_json(const std::vector<Light>& lights);

}  // namespace spillgate::online
