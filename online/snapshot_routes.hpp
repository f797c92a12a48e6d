// What can be read of the newest snapshot over HTTP: status, spectra, trend, metrics.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/http/server.hpp"
#include "online/recent_spectra.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// `recent`: as the feed has them. GET /api/status, /api/spectra, /api/spectra/{name}, /api/trend, /metrics.
// `counts`: of the server itself. `keeper_metrics`: what /metrics says of the keeper. The board has a
// snapshot already, and must outlive them.
std::vector<Route> snapshot_routes(const SnapshotBoard& board, const std::shared_ptr<RecentSpectra>& recent,
                                   const config::Console& console,
                                   const std::function<HttpServer::Counts()>& counts,
                                   const std::function<std::string()>& keeper_metrics);

}  // namespace spillgate::online
