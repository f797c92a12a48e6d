// What the channels of a run were like: pre-trace level, noise and SPE charge over the whole of it, whatever
// the runs before it were like.
#pragma once

#include "online/quality/run_quantities.hpp"

namespace spillgate::online {

// run.baseline_adc.NAME, run.noise_adc.NAME and, of channels with photoelectrons, run.spe_adc.NAME, with
// their statistical errors; none without a configuration. O(channels).
void add_channel_quantities(const RunAccount& account, RunQuantities& out);

}  // namespace spillgate::online
