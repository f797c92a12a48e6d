// A recorded run as a source: the same traces, marks and charges again, in their own time or with simulated
// marks. In the order of reading:
//
//   recorded_slots.hpp  a run's blocks → slots with their verdicts
//   slot_stretches.hpp  slots → stretches of the board's stream, on the run's own time
//   event_stretches.hpp a recording without marks → stretches, each event under a simulated mark
//   stretch_order.hpp   stretches → batches in order, with watermarks
#pragma once

#include <memory>
#include <string_view>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::replay {

// The name under which a replay counts what it had to leave out.
inline constexpr std::string_view unreadable = "replay-unreadable";

// Charges come with the mark that Facility.charge_offset of `config` says. A replay waits for the daemon, so
// it loses nothing; with a loop, time goes on where the run ended, one period after its last slot, and cycle
// ids count on. What is damaged or out of order in the run is left out, and counted in a DROPPED event
// (`unreadable`) after each pass.
// Errors: CONFIG; NOT_FOUND (no such run, or nothing in it of the board); IO, CORRUPT, UNSUPPORTED.
proto::Result<std::unique_ptr<Source>> make_replay(const config::Board& board, const config::Config& config);

}  // namespace spillgate::hw::replay
