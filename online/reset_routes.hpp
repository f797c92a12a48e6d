// Beginning the range "since the reset" anew: docs/console/spectra.md.
#pragma once

#include <vector>

#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/spectra_reset.hpp"

namespace spillgate::online {

// POST /api/spectra/reset, answered once the reset is in a snapshot and told in the logbook. Both must
// outlive the routes.
std::vector<Route> reset_routes(ResetRequests& resets, Keeper& keeper);

}  // namespace spillgate::online
