// The slots of the beam one by one, for those who follow them: each is told once.
#pragma once

#include <memory>

#include "online/feed/topic.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// {"slots": {}}: {"run": 812, "slots": […]} as beam_json.hpp has them, all of the strip at first, then those
// whose verdict has come since, or has come again; twice a second at most. Of another run than before: the
// earlier ones are over. The board must outlive it.
std::shared_ptr<Topic> slots_topic(const SnapshotBoard& board);

}  // namespace spillgate::online
