// Alarms over HTTP and in the feed: docs/console/alarms.md.
#pragma once

#include <memory>
#include <vector>

#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"

namespace spillgate::online {

// GET /api/alarms, /api/alarms/log; POST /api/alarms/{id}/acknowledge, shelve, unshelve (the '/' of an id is
// %2F). The keeper must outlive the routes.
std::vector<Route> alarm_routes(Keeper& keeper);

// What is not normal, whenever it changes. The board must outlive it.
std::unique_ptr<Topic> alarm_topic(const AlarmBoard& board);

}  // namespace spillgate::online
