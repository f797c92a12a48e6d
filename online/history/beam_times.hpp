// How long there was beam, how long not, and how long nobody knows: over any stretch of time that the history
// reaches back to, over restarts of everything.
#pragma once

#include <array>
#include <cstddef>

#include "online/history/history.hpp"
#include "online/keeper/quantity.hpp"
#include "online/run/beam_state.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

inline constexpr std::size_t beam_states = static_cast<std::size_t>(BeamState::UNKNOWN) + 1;

// "beam.state.beam", "beam.state.beam-off", …: of the state that is now 1, of the others 0. Their mean over a
// stretch of time is a share of it. Empty if the snapshot knows no slots.
Quantities beam_state_quantities(const Snapshot& snapshot, double now_s);

struct BeamTimes {  // in seconds; all of them together are to_utc_s − from_utc_s
    double from_utc_s = 0;
    double to_utc_s = 0;
    std::array<double, beam_states> of_state{};
    double not_recorded = 0;  // no history was kept: it is of no state, not even of UNKNOWN

    double of(BeamState state) const { return of_state[static_cast<std::size_t>(state)]; }
};

// From the quantities above, one value a second. Of points that the range cuts, their share: exact to a point
// at either end, which is at most 1/1000 of the range long (or 10 s). Errors: as History::read, but a history
// without any of them is none.
proto::Result<BeamTimes> beam_times(History& history, double from_utc_s, double to_utc_s, double now_s);

}  // namespace spillgate::online
