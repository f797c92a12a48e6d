// Each person's layouts of the console over HTTP: docs/console/logbook.md.
#pragma once

#include <vector>

#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"

namespace spillgate::online {

// GET /api/layouts, GET and POST /api/layouts/{name}, POST /api/layouts/{name}/delete. The keeper must
// outlive the routes.
std::vector<Route> layout_routes(Keeper& keeper);

}  // namespace spillgate::online
