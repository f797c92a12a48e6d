// The shift page over HTTP: docs/console/shift.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "online/feed/board.hpp"
#include "online/feed/topic.hpp"
#include "online/http/exchange.hpp"
#include "online/keeper/keeper.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// How many changes of shifts, checklists and calls there were, for those who follow them.
using ShiftBoard = Board<std::uint64_t>;

// What the routes need; all must outlive them.
struct ShiftDesk {
    Keeper& keeper;
    const SnapshotBoard& snapshots;
    ShiftBoard& changes;  // published on the keeper's thread
};

// GET /api/shift, /api/shift/list; POST /api/shift/begin, join, leave, tick, handover, acknowledge, on-call,
// on-call/{number}/remove.
std::vector<Route> shift_routes(const ShiftDesk& desk, const config::ShiftPage& page);

// "shift": the number of changes, at each of them. `board` must outlive it.
std::unique_ptr<Topic> shift_topic(const ShiftBoard& board);

}  // namespace spillgate::online
