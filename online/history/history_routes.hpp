// The history over HTTP: docs/console/history.md.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "online/history/history.hpp"
#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"

namespace spillgate::online {

// {"unit", "level_s", "t", "mean", "low", "high"}: a gap of more than two points is one time with nulls, so
// that no line is drawn over it.
boost::json::object curve_json(const Curve& curve);

// GET /api/history/series, GET /api/history, GET /api/beam/times (docs/console/health.md). The keeper must
// outlive the routes.
std::vector<Route> history_routes(Keeper& keeper);

}  // namespace spillgate::online
