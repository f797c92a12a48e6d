// Notices by the lead's heartbeats that runs begin and end, for the logbook.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "online/logbook/logbook.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

class RunWatch {
  public:
    struct Event {
        LogbookEntry entry;
        wire::RunDescription run;
    };
    // `run`: the lead's newest. A run that was followed by another one without an end is said to be aborted.
    // After a restart, what an earlier process saw comes again: Logbook::has tells.
    std::vector<Event> look(const wire::RunDescription& run, std::int64_t now_utc_ns);

  private:
    std::optional<wire::RunDescription> run_;  // the one that was seen last
    bool ended_ = false;
};

}  // namespace spillgate::online
