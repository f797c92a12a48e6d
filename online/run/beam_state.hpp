// Whether there is beam, told apart from whether anybody looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "online/run/slot_strip.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

enum class BeamState {
    BEAM,       // protons on our target among the last slots
    BEAM_OFF,   // the clock's marks come, protons do not
    NO_TIMING,  // no marks come
    PAUSED,     // the run is: slots are counted, not recorded
    DAQ_DOWN,   // the lead is silent, or in fault
    UNKNOWN,    // no run is on, or too little of it is known yet
};
std::string_view name_of(
    BeamState state);  // "beam", "beam-off", "no-timing", "paused", "daq-down", "unknown"

struct Beam {
    BeamState state = BeamState::UNKNOWN;
    std::string reason;  // in words, never empty
};

// Heartbeats come each second; a daemon that has said nothing for longer is silent.
inline constexpr double silent_after_s = 3;

// Of the daemon with the runs, seen at `now_utc_ns` (of this host). `strip`: of the same run, else it is not
// used.
Beam beam_of(const Snapshot& snapshot, const SlotStripView& strip, std::int64_t now_utc_ns);

// The lead's view; null if the snapshot has none.
const DaemonView* lead_of(const Snapshot& snapshot);

// Seconds since the daemon was heard; infinite if it never was.
double silence_s(const DaemonView& daemon, std::int64_t now_utc_ns);

}  // namespace spillgate::online
