// Runs that began or ended unseen: while the console was away, or faster than it looks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "online/keeper/run_watch.hpp"

namespace spillgate::online {

// What the logbook lacks of the runs since the newest one whose begin it has, up to the one before `newest`:
// by the catalogue of `runs_dir`, the oldest first, of some of them at a time. Empty: nothing, or nothing
// that is known; what ran before there was any entry is past. Errors: of the catalogue or of the database.
proto::Result<std::vector<RunWatch::Event>> untold_events(const std::string& runs_dir, std::uint32_t newest,
                                                          Logbook& logbook, std::int64_t now_utc_ns);

}  // namespace spillgate::online
