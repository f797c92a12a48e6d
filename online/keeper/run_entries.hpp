// What the logbook says of a run's begin and end, whoever notices them, and when.
#pragma once

#include <cstdint>

#include "online/logbook/logbook.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

// At the run's own time, or at `now_utc_ns` if it is not known.
LogbookEntry begin_entry(const wire::RunDescription& run, std::int64_t now_utc_ns);
// A run without an end record is aborted, as far as is known at `now_utc_ns`.
LogbookEntry end_entry(const wire::RunDescription& run, std::int64_t now_utc_ns);

}  // namespace spillgate::online
