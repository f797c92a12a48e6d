// What can be read of the newest snapshot over HTTP: status, spectra, trend, metrics.
#pragma once

#include <functional>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/http/server.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// GET /api/status, /api/spectra, /api/spectra/{name}, /api/trend, /metrics. `counts`: of the server itself.
// The board has a snapshot already, and must outlive them.
std::vector<Route> snapshot_routes(const SnapshotBoard& board, const config::Console& console,
                                   std::function<HttpServer::Counts()> counts);

}  // namespace spillgate::online
