// What works and whether there is beam, over HTTP.
#pragma once

#include <vector>

#include "online/http/exchange.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// GET /api/health (health_json.hpp) and /api/beam (beam_json.hpp), of the newest snapshot, judged when they
// are asked for: a daemon that falls silent turns its light without a new snapshot. The board has one
// already, and must outlive them.
std::vector<Route> run_state_routes(const SnapshotBoard& board);

}  // namespace spillgate::online
