// The newest snapshot in Prometheus' text format. Units are in the names.
#pragma once

#include <string>

#include "online/http/server.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

std::string metrics_text(const Snapshot& snapshot, const HttpServer::Counts& http);

}  // namespace spillgate::online
