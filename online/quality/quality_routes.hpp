// Bands and quantities over HTTP: docs/console/quality.md.
#pragma once

#include <vector>

#include "online/http/exchange.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// GET /api/quality: the configured bands, and what can be said of the run that is followed so far. Answered
// on the worker; it and the board must outlive the routes.
std::vector<Route> quality_routes(const SnapshotBoard& board, Worker& worker, const config::Console& console);

}  // namespace spillgate::online
