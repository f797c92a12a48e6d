// A small reader of FlashCam FCIO recordings with one channel, for tests on real HPGe pulses.
#pragma once

#include <string>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::offline::test {

// One record per event, channel 0 of board 0, t0 at the first sample, with a free window over all of the
// trace. Samples of 16 ns. Fails the test on a file that it cannot read.
std::vector<proto::SpillRecord> fcio_records(const std::string& path);

}  // namespace spillgate::offline::test
