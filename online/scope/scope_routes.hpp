// GET /api/scope and GET /api/scope/{slot}.
#pragma once

#include <vector>

#include "online/http/exchange.hpp"
#include "online/scope/scope_ring.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// Answers are made on the worker; both must outlive the routes. `kept`: as configured.
std::vector<Route> scope_routes(const ScopeRing& ring, Worker& worker, std::size_t kept);

}  // namespace spillgate::online
