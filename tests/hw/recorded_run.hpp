// Small runs for replay tests: what a simulated board yields, gated one record per mark, or a recording
// without marks.
#pragma once

#include <string>
#include <vector>

#include "proto/schema/run.pb.h"
#include "proto/spill_record.hpp"
#include "tests/hw/collecting_sink.hpp"

namespace spillgate::hw::testing {

// The facts of a slot as the daemon would write them.
struct SlotFacts {
    std::shared_ptr<proto::SpillRecord> record;  // empty: none was emitted
    proto::Verdict verdict;
};

// One slot per cycle id from the first to the last, also where the mark was missed; charge_offset −1. A
// strobe's traces go into the slot before it, under a strobed window whose roi begins 1000 ticks after the
// strobe.
std::vector<SlotFacts> slots_of(const std::vector<Batch>& batches, double frequency_hz);

// `events` events on channels 0 and 4 of board 0, raw and averaged traces (the latter 50 μs longer), 5 ms
// apart at 250 MHz, in free-running slots of `slice_ticks`.
std::vector<SlotFacts> pulser_recording(int events, std::int64_t slice_ticks);

// Writes them as a run below `runs_dir`; its directory. Verdicts come `verdict_delay` slots after their
// records.
std::string write_run(const std::string& runs_dir, const std::vector<SlotFacts>& slots,
                      std::size_t verdict_delay, bool simulated, const std::string& effective_config = {});

}  // namespace spillgate::hw::testing
