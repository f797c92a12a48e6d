// The runs, and slots of them, that lie in a stretch of UTC.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offline/exposure/slots_by_utc.hpp"

namespace spillgate::online {

struct UtcSearch {
    offline::UtcRange range;
    std::uint32_t first_run = 0;  // of these alone; 0: of all
    std::uint32_t last_run = 0;
    std::uint32_t going_on = 0;  // the run that has not ended; 0: none
};

// In the order of runs, neighbours joined, notes empty; none, if no slot of any run lies in the range. Slots
// are those of slots_by_utc.hpp; a run that began and ended in the range is in it whole, without a look into
// its files, unless it was imported, since its own times are those of the import then. Errors: of the
// catalogue; REFUSED (files that are needed are not there, clocks that parted), IO, CORRUPT.
proto::Result<std::vector<offline::Stretch>> stretches_in(const UtcSearch& search,
                                                          const std::string& runs_dir);

}  // namespace spillgate::online
