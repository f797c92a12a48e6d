// The list of runs over HTTP: docs/console/logbook.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/runs/run_list.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// GET /api/runs, /api/runs/{run}, /api/runs/{run}/config; POST /api/runs/{run}/note. A run that goes
// on has the ledger of `board`'s newest snapshot. Keeper and board must outlive the routes.
std::vector<Route> run_list_routes(Keeper& keeper, const SnapshotBoard& board,
                                   const std::shared_ptr<const RunList>& list);

// GET /api/runs/{run}/exports/{file}: a run's exported spectra, read below `exports_dir` on `worker`, which
// must outlive the routes.
std::vector<Route> run_export_routes(Worker& worker, std::string exports_dir);

}  // namespace spillgate::online
