// Notices in the snapshots that runs begin and end, for the logbook.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "online/logbook/logbook.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

class RunWatch {
  public:
    struct Event {
        LogbookEntry entry;
        wire::RunDescription run;
    };
    // What is new by the lead's heartbeats. A run that was followed by another one without an end is said to
    // be aborted. After a restart, what an earlier process saw comes again: Logbook::has tells.
    std::vector<Event> look(const Snapshot& snapshot, std::int64_t now_utc_ns);

  private:
    std::optional<wire::RunDescription> run_;  // the one that was seen last
    bool ended_ = false;
};

}  // namespace spillgate::online
