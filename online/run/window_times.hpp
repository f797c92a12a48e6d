// Live time of a run so far by class of window: before any selection, and after each.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/snapshot.hpp"

namespace spillgate::online {

// {"live_s": {"in_time", "anti_coincident"}, "dead_s": {…}}: of the ledger, in seconds, before any selection.
// The in-time windows are all that are C-shaped, those without beam among them. In a free-running
// configuration {"free"}, which no ledger has. Null: not known.
boost::json::object window_times_json(const Snapshot& snapshot);

// By selection, of an average channel: [{"selection", "spectra": […], "live_s": {"in_time", "no_beam",
// "anti_coincident"}, "windows": {…}, "rejected": {…}, "live_pot": {"measured", "estimated"}}], "free" alone
// in a free-running configuration. Windows are those that pass, in all channels. Spectra of one selection
// whose channels differ in what passes stand apart. Null: there was no such window yet.
boost::json::array selection_times_json(const Snapshot& snapshot);

// What pulser channels find of the live time: [{"channel", "sent", "found", "live_fraction", "error",
// "ledger_live_fraction"}]. Fractions are null until a pulse was sent.
boost::json::array live_checks_json(const wire::RunDescription& run);

}  // namespace spillgate::online
