// Acts of unblinding over HTTP, as docs/blinding.md describes them.
#pragma once

#include <string>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// GET and POST /api/unblinding. Run directories and the log of `runs_dir` are read and written on the
// worker's thread, the logbook's entry on the keeper's. All of these must outlive the routes.
std::vector<Route> unblinding_routes(const SnapshotBoard& board, Worker& worker, Keeper& keeper,
                                     const std::string& runs_dir);

}  // namespace spillgate::online
