// Where several daemons begin one run: the mark that all of them number as slot 0.
#pragma once

#include <vector>

#include "daq/pipeline.hpp"
#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// From what the prepared daemons say of their newest marks. With a common clock: half a period after a mark
// that lies ahead of all of them by `lead_s` (not at all ahead, if all sources can be held back), so that a
// daemon that misses the first mark still numbers it 0. Without one: the same in cycle ids.
// Errors: REFUSED, if a daemon has seen no mark, or they share neither clock nor cycle ids.
proto::Result<StartRule> common_start(const std::vector<wire::DaemonStatus>& daemons, double repetition_hz,
                                      double lead_s);

wire::Request::Commit commit_message(std::uint32_t run, const StartRule& rule, bool simulated);
StartRule start_rule(const wire::Request::Commit& commit);

}  // namespace spillgate::daq
