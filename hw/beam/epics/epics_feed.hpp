// Charge from EPICS process variables, by Channel Access monitors.
#pragma once

#include <memory>

#include "hw/beam/feed.hpp"

namespace spillgate::hw::beam {

// Every update of the charge variable is a report, with the newest flavour (1 where no variable says it),
// matched by when it arrived: a server's time stamp is that of processing, not of the pulse. The first value
// after a connection is of some pulse before and is left out. Counted: `epics-disconnected`, `epics-refused`,
// `epics-charge-invalid` (by the server's severity, or no number of pC), `epics-flavour-invalid`,
// `epics-failed`. Errors: those of loading libca.
proto::Result<std::unique_ptr<Feed>> make_epics_feed(const config::BeamSource& source);

}  // namespace spillgate::hw::beam
