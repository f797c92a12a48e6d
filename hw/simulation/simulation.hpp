// Detectors at a simulated pulsed source, as one board: scintillators that PMTs look at, or HPGe crystals.
// Everything it yields is SIMULATED.
// docs/simulation.md says what is simulated and how. In the order of reading:
//
//   parameters.hpp   the board's configuration in ticks
//   beam.hpp         cycles, marks, charge, and their faults
//   deposits.hpp     what happens in the detectors in continuous time
//   draws.hpp        … and when
//   channel_signal.hpp, digitizer.hpp   deposits → signal → codes
//   detector_kind.hpp   what sets one kind of detector apart:
//     pmt/           deposits → PE → pulses
//     hpge/          deposits → charge pulses
//   detector.hpp     any stretch of any channel
//   trigger.hpp      what is read out when: beam-triggered or self-triggered
//   truth_list.hpp   what really happened, as CSV
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::simulation {

// In real time (the default) tick n is the moment n / frequency of the host's steady clock, so that all
// simulated boards of one host share one clock and number cycles alike; as fast as possible, cycles are
// counted from 1, and equal configurations give equal bytes. A batch is delivered when its last sample has
// been taken. A real-time simulation that falls a second behind skips cycles and says so in a DROPPED event,
// "simulation-behind". Errors: CONFIG; IO (the truth list).
proto::Result<std::unique_ptr<Source>> make_simulation(const config::Board& board);

}  // namespace spillgate::hw::simulation
