// What works and whether there is beam, over HTTP and for those who follow.
#pragma once

#include <memory>
#include <vector>

#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// GET /api/health (health_json.hpp, channels_json.hpp) and /api/beam (beam_json.hpp), of the newest snapshot,
// judged when they are asked for: a daemon that falls silent turns its light without a new snapshot. The
// board has one already, and must outlive them.
std::vector<Route> run_state_routes(const SnapshotBoard& board);

// {"health": {}} and {"beam": {}}: the same, the beam without its slots, judged once a second and told when
// they have changed. The board must outlive them.
std::shared_ptr<Topic> health_topic(const SnapshotBoard& board);
std::shared_ptr<Topic> beam_topic(const SnapshotBoard& board);

}  // namespace spillgate::online
