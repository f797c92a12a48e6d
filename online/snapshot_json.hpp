// Snapshot → JSON, as docs/online.md describes it. What is not known is null, never zero.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "online/snapshot.hpp"

namespace spillgate::online {

boost::json::value status_json(const Snapshot& snapshot);
boost::json::value trend_json(const Snapshot& snapshot, double after_utc_s);

// Names and axes of all spectra.
boost::json::value spectra_json(const Snapshot& snapshot);
// One spectrum with its counts, exposure, α and residual; under- and overflow apart.
boost::json::value spectrum_json(const Snapshot& snapshot, std::size_t index);

// Its axes: what they count, in which unit, and where their bins lie.
boost::json::array axes_json(const offline::HistogramView& histogram);
// α and live POT, with the run that they are of.
boost::json::object exposure_json(const Snapshot& snapshot, std::size_t index);

// A run's ledger; null without slots. Each daemon judges every slot, so the lead's ledger is the run's.
boost::json::value ledger_json(const wire::RunDescription& run);

double protons_of(std::int64_t charge_pc);

}  // namespace spillgate::online
