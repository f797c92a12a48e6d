// GET /api/configs and /api/configs/{name}/difference.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "online/http/exchange.hpp"
#include "online/run/config_list.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// Files are read on `worker`; `list` is used there alone. Runs are looked for below runs_dir. All must
// outlive them.
std::vector<Route> config_routes(const SnapshotBoard& board, ConfigList& list, Worker& worker,
                                 std::string runs_dir);

}  // namespace spillgate::online
