// Snapshot → JSON, as docs/online.md describes it. What is not known is null, never zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "online/snapshot.hpp"
#include "online/spectrum_bins.hpp"

namespace spillgate::online {

boost::json::value status_json(const Snapshot& snapshot);
boost::json::value trend_json(const Snapshot& snapshot, double after_utc_s);

// Names and axes of all spectra. Those that are not among the shift's are for experts; all are the shift's if
// it has none. `ranges`: of what slots they may be asked for.
boost::json::value spectra_json(const Snapshot& snapshot, const std::set<std::string, std::less<>>& shift,
                                const std::vector<std::string>& ranges);
// One spectrum with its counts, exposure, α and residual; under- and overflow apart.
boost::json::value spectrum_json(const Snapshot& snapshot, std::size_t index);

// Its axes: what they count, in which unit, and where their bins lie.
boost::json::array axes_json(const offline::HistogramView& histogram);
// What was live of a kind of windows, its counts not said: null.
boost::json::object kind_exposure_json(const KindCounts& kind);
// α and live POT, with the run and the range that they are of; what is sealed, and the sideband.
boost::json::object exposure_json(const Snapshot& snapshot, std::size_t index);
// A histogram of any origin: what it is, counts, exposure, α, live POT and residual.
boost::json::object histogram_json(const offline::HistogramView& histogram);

// What was live and what was dead of the two classes of windows, before any selection: {"live_s": {"in_time",
// "anti_coincident"}, "dead_s": {…}} in seconds; null without slots.
boost::json::object ledger_times_json(const wire::LedgerTotals& ledger);

// A run's ledger; null without slots. Each daemon judges every slot, so the lead's ledger is the run's.
boost::json::value ledger_json(const wire::RunDescription& run);

double protons_of(std::int64_t charge_pc);

}  // namespace spillgate::online
