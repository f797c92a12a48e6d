// Run control by HTTP: each action goes to the lead daemon, as the person that asked.
#pragma once

#include <string_view>
#include <vector>

#include "online/control_client.hpp"
#include "online/http/exchange.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// POST /api/run/{configure,start,pause,resume,stop,reset,note,limits}. Both must outlive them.
std::vector<Route> run_routes(const SnapshotBoard& board, ControlClient& control);

// What the lead is asked. Errors: NOT_FOUND (no such action), CONFIG (what is wrong with the body).
proto::Result<wire::Request> run_request(std::string_view action, std::string_view body,
                                         std::string_view person);

}  // namespace spillgate::online
