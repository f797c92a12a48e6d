// Good-run lists over HTTP: docs/console/quality.md.
#pragma once

#include <string>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

struct GoodRunPlaces {
    std::string directory;  // of the versions
    std::string runs_dir;   // whose runs are flagged
    std::string name;       // of the list, in its first version
};

// GET and POST /api/good-runs, GET /api/good-runs/{version}, GET /api/good-runs/{version}/file, GET
// /api/good-runs/slots. Files are read and written on the worker's thread, the logbook's entry on the
// keeper's. All of these must outlive the routes.
std::vector<Route> good_run_routes(const SnapshotBoard& board, Worker& worker, Keeper& keeper,
                                   const GoodRunPlaces& places);

}  // namespace spillgate::online
