// A record of a blinded run without what its in-time windows hold: for all that draws or measures traces.
#pragma once

#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Whether what this window holds is sealed in a blinded run: unless the verdict says that no protons came,
// and for windows that may be in time. Without a verdict nobody knows. It does not depend on what is in
// there.
bool is_sealed(const proto::SpillRecord& record, std::size_t window, const proto::Verdict* verdict);
bool is_sealed(const proto::WindowFact& recorded, std::size_t window, const proto::Verdict* verdict);

// Takes the traces of detectors out where they overlap the roi of a sealed window. A trace that a mark
// triggered goes on from there as its last open sample, since what comes after a roi (a tail, a shifted
// level) tells of what was in it. A trace that began in the roi, or that the channel triggered itself, is
// gone: that it is there would tell. `own` is the config that the run was taken with: another one might call
// a detector a veto.
void seal_record(proto::SpillRecord& record, const proto::Verdict* verdict, const config::Config& own);

// So many of a trace's samples, from its first, are themselves once seal_record() has been at it.
std::size_t open_samples(const proto::SpillRecord& record, const proto::Trace& trace,
                         const proto::Verdict* verdict, const config::Config& own);

}  // namespace spillgate::offline
