// The logbook and its pictures over HTTP: docs/console/logbook.md.
#pragma once

#include <memory>
#include <vector>

#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/logbook/logbook.hpp"
#include "online/logbook/picture.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// GET and POST /api/logbook. The keeper must outlive the routes.
std::vector<Route> logbook_routes(Keeper& keeper);

// "logbook": the newest entry's id, whenever one is written. `board` must outlive it.
std::unique_ptr<Topic> logbook_topic(const LogbookBoard& board);

// POST /api/pictures, GET /api/pictures/{name}. Pictures are written anew by `worker`, which must outlive the
// routes.
std::vector<Route> picture_routes(Worker& worker, std::shared_ptr<const PictureStore> store);

}  // namespace spillgate::online
