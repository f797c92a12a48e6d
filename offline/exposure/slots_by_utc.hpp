// Which slots of a recorded run lie in a stretch of UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "offline/exposure/good_stretches.hpp"
#include "proto/result.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::offline {

// begin ≤ UTC < end, in ns since 1970.
struct UtcRange {
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
};

// "2026-11-28 22:00:00 to 2026-11-28 22:05:00.250 UTC"; what is less than a millisecond is left out.
std::string words_of(const UtcRange& range);

// A slot's UTC is the label of its record: the host's clock when it was assembled, just after its last window
// (SpillHeader.utc_ns, as for the validity of calibrations). Slots without a record (missed marks, pauses,
// losses) go with the last one before them that has one; those before the run's first record, with it. So
// ranges that touch share no slot and leave none out. `run` is the lead's share.
//
// The first and the last slot whose UTC is in the range, the note empty; the end is open if no record is
// later. Nothing, if there is none. By bisection, since labels ascend: reads some tens of records. Errors:
// those of RunReader; REFUSED, if labels do not ascend, or clocks parted in the run (fault clock-drift), so
// that they need not.
proto::Result<std::optional<Stretch>> slots_in(const proto::RunReader& run, const UtcRange& range);

}  // namespace spillgate::offline
