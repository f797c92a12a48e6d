// Marks from what a digitizer records: a source around a source.
//
//   edge_finder.hpp  the leading edge of a logic pulse in a trace
//   mark_inputs.hpp  the board's configuration in those terms
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::marks {

// `inner` as it is, if the board's configuration has no mark from a pulse or a trigger; else a source that
// yields the same traces, the same marks, and those that it finds in the traces:
//
//   pulse    t0 = the leading edge at half height (edge_finder.hpp) − delay_ns
//   trigger  t0 = the trace's first sample + its input's pretrigger_ns − delay_ns, as uncertain as a sample
//   is long
//
// A mark is held until the watermark passes it, so marks are ordered over traces that overlap. A delay puts a
// mark before the trace that it is found in: the watermark that is passed on stays behind the inner one by
// the longest delay, so nothing comes before a watermark. At the end of an epoch and of the stream, what is
// held is yielded first. Traces that hold a STROBE mark of the same batch get TRACE_STROBE. What looks like a
// pulse and is none is told as a COUNTED device event of the name that EdgeRefusal gives it. Errors: those of
// inputs_of().
proto::Result<std::unique_ptr<Source>> with_marks(std::unique_ptr<Source> inner, const config::Board& board);

}  // namespace spillgate::hw::marks
