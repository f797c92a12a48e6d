// One slot of a run, read from its files.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/result.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::plot {

struct RecordedSlot {
    proto::SpillRecord record;
    std::optional<proto::Verdict> verdict;  // nothing, if the run holds none
};

// Reads the run up to the slot's verdict. Errors: NOT_FOUND (no record of it; the message says why, and which
// slots there are), IO, and those of a damaged record.
proto::Result<RecordedSlot> read_slot(const proto::RunReader& run, std::uint64_t slot);

}  // namespace spillgate::offline::plot
