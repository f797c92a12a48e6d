// The beam as GET /api/beam gives it.
#pragma once

#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/run/beam_state.hpp"
#include "online/run/slot_strip.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// {"state": "beam", "reason": …, "run": 812, "live_s": {…}, "dead_s": {…}, "selections": […], "live_checks":
// […]} Live and dead times are as window_times.hpp has them.
boost::json::object beam_json(const Snapshot& snapshot, const Beam& beam, const SlotStripView& strip);

// [[4711, -812, 23.3, "measured", ["no-beam"]], …]: each its number, the deviation of its mark from the mean
// period in ns, its charge in μC, what that is ("measured", "estimated", "missing", "uncorrected") and its
// marks: the slot's quality by name, and its disposition unless it is complete. What is not known is null.
boost::json::array slots_json(std::span<const SlotPoint> slots);

}  // namespace spillgate::online
